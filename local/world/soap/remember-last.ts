/** Reads the same text once, for what asks the same again and again: parsing it is most of the work of a played call. */
export function rememberLast<Read>(read: (text: string) => Read): (text: string) => Read {
  let last: { readonly text: string; readonly read: Read } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, read: read(text) };
    return last.read;
  };
}
