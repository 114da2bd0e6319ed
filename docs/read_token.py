import json, os, threading, time
from datetime import datetime
import boto3
from botocore.config import Config

NAME = os.environ["TOKEN_PARAMETER_NAME"]
STATUS = f"{NAME}/status"
ssm = boto3.client("ssm", config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2}))
lock = threading.Lock()
last_read = float("-inf")
cached = None, 0.0, last_read, last_read  # token, last moment to hand it out, when it was read, until when to keep it


def refresher_says():
    """What the refresher last tried in vain; in a call of its own, for this role may not be allowed to read it."""
    try:
        [attempt] = ssm.get_parameters(Names=[f"{NAME}/attempt"])["Parameters"]
        outcome = json.loads(attempt["Value"])["attempt"]["outcome"]
        return f"the refresher's last attempt failed at {outcome['at']} with {outcome['code']}"
    except Exception:
        return "is the refresher deployed, does its schedule run, has its secret a value?"


def read_token():
    """The stored token, the last moment to hand it out, and for how many seconds to cache it."""
    found = {p["Name"]: p for p in ssm.get_parameters(Names=[NAME, STATUS], WithDecryption=True)["Parameters"]}
    if NAME not in found:
        raise RuntimeError(f"there is no token in {NAME} yet: {refresher_says()}")
    if STATUS not in found:
        raise RuntimeError(f"{STATUS} is missing: the refresher's next tick writes it")
    try:
        status, version = json.loads(found[STATUS]["Value"]), found[NAME]["Version"]
        if status.get("format", 1) > 1:
            raise RuntimeError(f"{STATUS} has format {status['format']}, and this code knows 1: update it")
        record = status["token"]
        last_moment, age = datetime.fromisoformat(record["expiresAt"]).timestamp() - 60, version - record["version"]
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise RuntimeError(f"{STATUS} holds no record of a token, or a damaged one: see the refresher's log") from fault
    if age < 0 or last_moment < time.time():
        raise RuntimeError(f"{NAME} expires at {record['expiresAt']} and has not been replaced: {refresher_says()}")
    # A token that is newer than its record has just been written: look again soon.
    return found[NAME]["Value"], last_moment, 300 if age == 0 else 5


def cached_token(read_after):
    token, last_moment, read_at, fresh_until = cached
    return token if time.time() < last_moment and read_at > read_after and time.monotonic() < fresh_until else None


def get_token(read_after=float("-inf")):
    """A token that lives for another minute at least, and was read after that moment of time.monotonic()."""
    global cached, last_read
    if token := cached_token(read_after):
        return token
    with lock:
        if token := cached_token(read_after):  # read by another thread meanwhile
            return token
        time.sleep(max(0.0, last_read + 1 - time.monotonic()))  # one read a second at the most
        last_read = read_at = time.monotonic()
        try:
            token, last_moment, max_age = read_token()
        except Exception:
            token, last_moment, max_age = *cached[:2], 30  # go on with what is cached, and leave SSM alone for a while
            if time.time() >= last_moment:
                raise
            if time.monotonic() > last_read + 2:
                read_at = float("inf")  # it hangs: for that while a rejected call does not wait for it either
        cached = token, last_moment, read_at, last_read + max_age
        return token


def call(request, is_rejected):
    """Sends the request, and once more with a new token if the first was rejected and there is one."""
    token = get_token()
    answer = request(token)
    if not is_rejected(answer):
        return answer
    rejected_at = time.monotonic()
    for seconds in (0, 1):  # some services end a token a moment before the next one is stored: look twice
        try:
            replacement = get_token(read_after=rejected_at + seconds)
        except Exception:
            return answer
        if replacement != token:
            return request(replacement)
    return answer
