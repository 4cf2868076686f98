/** The bodies of a collection of the page server, and how many objects `JSON.parse` finds in them. */
export async function readPages(origin: string, collection: string): Promise<{ readonly parse: () => number }> {
  const bodies: Buffer[] = [];
  for (let page = 0; page < Number(collection); page += 1) {
    const response = await fetch(`${origin}/plain/collections/${collection}/objects/?next=${page}`);
    bodies.push(Buffer.from(await response.arrayBuffer()));
  }
  const countObjects = (body: Buffer) => (JSON.parse(body.toString("utf8")) as { objects: unknown[] }).objects.length;
  return { parse: () => bodies.reduce((sum, body) => sum + countObjects(body), 0) };
}
