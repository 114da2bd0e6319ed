"""
Asks the Runtime API for events and answers them. AWS's own client (awslambdaric) does the same and more; it is not
used, so that the bench needs nothing but boto3. That is kind to this variant.
"""

import http.client
import json
import os
import sys

sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
module, function = os.environ["_HANDLER"].split(".")
handler = getattr(__import__(module), function)

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    invocation = api.getresponse()
    event = json.loads(invocation.read())
    request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        path, answer = "response", handler(event, None)
    except Exception as error:
        path, answer = "error", {"errorType": type(error).__name__, "errorMessage": str(error)}
    api.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/{path}", json.dumps(answer))
    api.getresponse().read()
