/** An address whose query shows names only: `?wsdl`, `?key=•••`. A query may hold a key. */
export function shownAddress(address: string): string {
  const { origin, pathname, search } = new URL(address);
  const names = search.slice(1).replace(/[^&]+/g, shownParameter);
  return `${origin}${pathname}${search && `?${names}`}`;
}

function shownParameter(parameter: string): string {
  return /^(?:wsdl|singleWsdl)$/i.test(parameter) ? parameter : parameter.replace(/^([^=]*=|).*$/s, '$1•••');
}
