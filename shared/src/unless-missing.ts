/** Turns "no such file or directory" into a value; every other error is thrown on. */
export function unlessMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return value;
    throw error;
  };
}
