/** The SOAP service of the integration test: a function of its own, small enough to stand in the template. */
let minted = 0;

/**
 * Hands out another token at each login with the password "right", and refuses every other one as the real service does.
 * @param {{ body?: string, isBase64Encoded?: boolean }} event what a function URL passes on
 */
exports.handler = async ({ body = '', isBase64Encoded }) => {
  const request = isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
  const isRight = request.includes('<passwd>right</passwd>');
  minted += isRight ? 1 : 0;
  const token = `integ-token-${Date.now()}-${minted}`;
  const granted = `<access_token>${token}</access_token><expires_in>14400</expires_in><token_type>bearer</token_type>`;
  const answer = isRight ? ['access_new_tokenResponse', granted] : ['access_tokenResponse', 'invalid_grant'];
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><n:${answer[0]} xmlns:n="urn:server">${answer[1]}</n:${answer[0]}></s:Body></s:Envelope>`,
  };
};
