/** A place in a payload as a program would write it, one step further: `items[0].sku`. */
export function pathInto(path: string, key: PropertyKey): string {
  const name = String(key);
  if (/^\d+$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}
