/** An address whose query shows names only: `?wsdl`, `?key=•••`. A query may hold a key. */
export function shownAddress(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}${shownQuery(address)}`;
}

/** The query alone, with its question mark; empty where there is none. */
export function shownQuery(address: string): string {
  const { search } = new URL(address);
  const names = search
    .slice(1)
    .split('&')
    .map((part) => (/^(?:wsdl|singleWsdl)?$/i.test(part) ? part : part.replace(/^([^=]*=|).*$/s, '$1•••')));
  return search === '' ? '' : `?${names.join('&')}`;
}
