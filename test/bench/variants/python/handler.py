"""The usual code in Python: boto3, urllib, and three calls in a row."""

import json
import os
import urllib.request
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

import boto3

secrets = boto3.client("secretsmanager")
ssm = boto3.client("ssm")

ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:server">
  <soapenv:Body>
    <urn:access_new_token>
      <username>{username}</username>
      <passwd>{password}</passwd>
      <client_id>{client_id}</client_id>
      <client_secret>{client_secret}</client_secret>
      <grant_type>password</grant_type>
    </urn:access_new_token>
  </soapenv:Body>
</soapenv:Envelope>"""


def handler(event, context):
    secret = secrets.get_secret_value(SecretId=os.environ["CREDENTIALS_SECRET_ID"])
    credentials = {name: escape(value) for name, value in json.loads(secret["SecretString"]).items()}

    request = urllib.request.Request(
        os.environ["TOKEN_ENDPOINT"],
        data=ENVELOPE.format(**credentials).encode(),
        headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
    )
    with urllib.request.urlopen(request) as response:
        reply = ElementTree.fromstring(response.read())
    token = reply.findtext(".//access_token")

    ssm.put_parameter(
        Name=os.environ["TOKEN_PARAMETER_NAME"],
        Value=token,
        Type="SecureString",
        KeyId=os.environ["TOKEN_KMS_KEY_ID"],
        Overwrite=True,
    )
