/**
 * The usual code with node-soap as the client. The WSDL is part of the code, which is kind to this variant: most
 * programs fetch it from the vendor first. JavaScript, because only the bench installs `soap`.
 */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { createClientAsync } from 'soap';

const secrets = new SecretsManagerClient();
const ssm = new SSMClient();

const WSDL = `<?xml version="1.0" encoding="utf-8"?>
<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
    xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="urn:server" targetNamespace="urn:server">
  <message name="access_new_tokenRequest">
    <part name="username" type="xsd:string"/>
    <part name="passwd" type="xsd:string"/>
    <part name="client_id" type="xsd:string"/>
    <part name="client_secret" type="xsd:string"/>
    <part name="grant_type" type="xsd:string"/>
  </message>
  <message name="access_new_tokenResponse">
    <part name="access_token" type="xsd:string"/>
    <part name="expires_in" type="xsd:string"/>
    <part name="token_type" type="xsd:string"/>
    <part name="error_description" type="xsd:string"/>
  </message>
  <portType name="serverPortType">
    <operation name="access_new_token">
      <input message="tns:access_new_tokenRequest"/>
      <output message="tns:access_new_tokenResponse"/>
    </operation>
  </portType>
  <binding name="serverBinding" type="tns:serverPortType">
    <soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
    <operation name="access_new_token">
      <soap:operation soapAction="" style="rpc"/>
      <input><soap:body use="literal" namespace="urn:server"/></input>
      <output><soap:body use="literal" namespace="urn:server"/></output>
    </operation>
  </binding>
  <service name="server">
    <port name="serverPort" binding="tns:serverBinding"><soap:address location="https://localhost/"/></port>
  </service>
</definitions>`;

export async function handler() {
  const secret = await secrets.send(new GetSecretValueCommand({ SecretId: process.env.CREDENTIALS_SECRET_ID }));
  const { username, password, client_id, client_secret } = JSON.parse(secret.SecretString ?? '');

  const client = await createClientAsync(WSDL, {}, process.env.TOKEN_ENDPOINT);
  const [reply] = await client.access_new_tokenAsync({
    username,
    passwd: password,
    client_id,
    client_secret,
    grant_type: 'password',
  });

  await ssm.send(
    new PutParameterCommand({
      Name: process.env.TOKEN_PARAMETER_NAME,
      Value: reply.access_token,
      Type: 'SecureString',
      KeyId: process.env.TOKEN_KMS_KEY_ID,
      Overwrite: true,
    }),
  );
}
