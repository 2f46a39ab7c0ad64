import type { A, B as C } from './types';
import * as all from "./all";
export * from './other';

namespace Values {
  export const enum Kind { One = 'one', Two = 'two' }
  export function of<T>(value: T | undefined): value is T { return value !== undefined; }
}
export type Deep<T> = { readonly [K in keyof T]?: Deep<T[K]> } & Partial<T>;
interface Callable { (x: number): string; new (y: string): Callable; method?(): void; [key: string]: unknown }
function over(a: string): string;
function over(a: number): number;
function over(a: any) { return a as unknown as never; }
@decorated({ selector: 'x' })
export class Model<T = A> implements C {
  declare x: number;
  #secret = 1;
  static { Model.#count = 0; }
  static #count?: number;
  constructor(private a: T, readonly b?: string) { super(); }
  @input() set value(v: T) { this.a = v!; }
  handler = async <U,>(event: U): Promise<void> => { await all.run(event); };
}
const { x, y: [z = 1] } = all, text = `a ${x ? `b ${z}` : 'c'} d`;
let check = <T>(value: T) => typeof value === 'string' && value satisfies string;
for (const k of Object.keys(all)) label: while (true) { break label; }
export default abstract class { abstract f(): asserts this is A }
