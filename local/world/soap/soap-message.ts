/** One request as the service sees it. */
export interface SoapMessage {
  readonly body: string;
  /** The headers `Content-Type` and `SOAPAction`, as they came. */
  readonly contentType?: string | undefined;
  readonly soapAction?: string | undefined;
  /** All headers, their names in small letters. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** What goes back over HTTP. */
export interface SoapAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Every character fits into ISO-8859-1. */
  readonly body: string;
  /** What became of a login; undefined for everything else. */
  readonly login?: 'granted' | 'refused';
}
