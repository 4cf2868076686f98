// STIX 2.1 §9 patterns as data. Parentheses leave no trace but the shape; AND, OR and FOLLOWEDBY hold any number of operands, so a
// long list is flat and only parentheses make a tree deep.

/** A pattern, or an operand of AND, OR or FOLLOWEDBY between observations (§9.5). */
export type ObservationExpression = Observation | ObservationGroup | Qualified;

/** `[ … ]`: the comparisons one observation must satisfy. */
export interface Observation {
  readonly kind: "observation";
  readonly expression: ComparisonExpression;
}

export interface ObservationGroup {
  readonly kind: "and" | "or" | "followedby";
  readonly operands: readonly ObservationExpression[];
}

/** An expression and the qualifiers on its right, one at least: a list, since any number may follow a parenthesis. */
export interface Qualified {
  readonly kind: "qualified";
  readonly expression: ObservationExpression;
  readonly qualifiers: readonly Qualifier[];
}

/** Numbers and times as written (§9.5.1). */
export type Qualifier =
  | { readonly kind: "within"; readonly seconds: string }
  | { readonly kind: "repeats"; readonly times: string }
  | { readonly kind: "startstop"; readonly start: string; readonly stop: string };

/** What stands between `[` and `]`, or an operand of AND or OR there (§9.6). */
export type ComparisonExpression = Comparison | Membership | Existence | ComparisonGroup;

export interface ComparisonGroup {
  readonly kind: "and" | "or";
  readonly operands: readonly ComparisonExpression[];
}

export type ComparisonOperator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "LIKE" | "MATCHES" | "ISSUBSET" | "ISSUPERSET";

export interface Comparison {
  readonly kind: "comparison";
  readonly path: ObjectPath;
  readonly isNegated: boolean;
  readonly operator: ComparisonOperator;
  readonly value: Literal;
}

/** `path IN ('a', 'b')`; a set may be empty. */
export interface Membership {
  readonly kind: "membership";
  readonly path: ObjectPath;
  readonly isNegated: boolean;
  readonly values: readonly Literal[];
}

/** `EXISTS path`. */
export interface Existence {
  readonly kind: "existence";
  readonly path: ObjectPath;
  readonly isNegated: boolean;
}

/** `type:property.property[0]` (§9.7); the first step is always a property. */
export interface ObjectPath {
  readonly objectType: string;
  readonly steps: readonly PathStep[];
}

export type PathStep =
  | { readonly kind: "property"; readonly name: string }
  /** A number as written, or `*` for any member of the list. */
  | { readonly kind: "index"; readonly index: string };

export type LiteralKind = "string" | "integer" | "float" | "boolean" | "timestamp" | "hex" | "binary";

/** A constant (§9.2): strings unescaped, all others as written, without prefix and quotes. */
export interface Literal {
  readonly kind: LiteralKind;
  readonly value: string;
}
