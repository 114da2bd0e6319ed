import { randomBytes } from 'node:crypto';
import { TOKEN_LIFETIME_SECONDS } from '../../../lambda/timing.ts';

/** What the service does when it is asked again while its token still lives. */
export type Issuing =
  | 'new'
  /** A new token ends the ones before it. */
  | 'new-revoking-old'
  /** The same token, with the seconds that it still lives, until its renewal window opens. */
  | 'same-until-late'
  /** The same, but every reply claims the whole lifetime. */
  | 'same-claiming-whole-lifetime'
  /** As the one before, but to the very end: within its last moments it is handed out as a token of a whole lifetime. */
  | 'same-to-the-end'
  /** The same token for ever: every login makes it live on for a whole lifetime. */
  | 'sliding';

/** How tokens are issued. */
export interface IssuerSettings {
  /** 14,400 if left out. */
  readonly tokenLifetimeSeconds?: number;
  /** `new` if left out. */
  readonly issuing?: Issuing;
  /** How long before its end a token is no longer handed out again, where `issuing` says that it is: 600 if left out. */
  readonly renewalWindowSeconds?: number;
  /** Logins are refused for `seconds` once this many have been refused in a row; left out, never. */
  readonly lockOut?: { readonly afterRefusals: number; readonly seconds: number };
  /** Makes a token's text; 40 random hexadecimal digits if left out. */
  readonly newToken?: () => string;
}

/** One token as the service remembers it. */
export interface ServiceToken {
  readonly token: string;
  readonly issuedAt: Date;
  /** The end as the service knows it, not as it was promised. A revocation brings it forward. */
  expiresAt: Date;
  revoked: boolean;
}

/** A token, and the seconds that the answer promises. */
type Grant = readonly [token: ServiceToken, promisedSeconds: number];

/** Who hands out tokens, and its memory. */
export class TokenIssuer {
  /** In the order in which they were issued. */
  readonly issuedTokens: ServiceToken[] = [];
  /** Of the tokens issued from now on, and what the replies say. */
  tokenLifetimeSeconds: number;
  /** Which part of the promised lifetime the tokens issued from now on really live: 1, unless a service overstates. */
  livedShare = 1;
  /** Refuses every login, the right ones too, until it is set back. */
  isAccountLocked = false;
  readonly #settings: IssuerSettings;
  #refusalsInARow = 0;
  #lockedUntil = new Date(0);

  constructor(settings: IssuerSettings) {
    this.#settings = settings;
    this.tokenLifetimeSeconds = settings.tokenLifetimeSeconds ?? TOKEN_LIFETIME_SECONDS;
  }

  /** Whether logins are refused now, the right ones too. */
  isBarred(now: Date): boolean {
    return this.isAccountLocked || now < this.#lockedUntil;
  }

  /** Whether a call with this token is served. */
  accepts(token: string | undefined, now: Date): boolean {
    return this.issuedTokens.some((issued) => issued.token === token && now < issued.expiresAt);
  }

  /** @returns undefined for a refusal, which counts towards a lock */
  logIn(isRight: boolean, now: Date): Grant | undefined {
    if (this.isBarred(now)) return undefined;
    const { lockOut } = this.#settings;
    this.#refusalsInARow = isRight ? 0 : this.#refusalsInARow + 1;
    if (isRight) return this.#sameToken(now) ?? this.#anotherToken(now);
    if (lockOut !== undefined && this.#refusalsInARow >= lockOut.afterRefusals) {
      this.#lockedUntil = after(now, lockOut.seconds);
      this.#refusalsInARow = 0;
    }
    return undefined;
  }

  /** Every token is forgotten, as after a restart with an empty cache. */
  revokeAll(now: Date): void {
    for (const issued of this.issuedTokens.filter(({ revoked }) => !revoked)) {
      issued.revoked = true;
      if (now < issued.expiresAt) issued.expiresAt = now;
    }
  }

  /** The last token, if it is handed out again. */
  #sameToken(now: Date): Grant | undefined {
    const { issuing = 'new', renewalWindowSeconds = 600 } = this.#settings;
    const lifetime = this.tokenLifetimeSeconds;
    const last = this.issuedTokens.at(-1);
    const remainingMs = last === undefined ? 0 : last.expiresAt.getTime() - now.getTime();
    if (issuing === 'new' || issuing === 'new-revoking-old' || last === undefined || remainingMs <= 0) return undefined;
    if (issuing === 'sliding') last.expiresAt = after(now, lifetime);
    if (issuing === 'sliding' || issuing === 'same-to-the-end') return [last, lifetime];
    if (remainingMs <= renewalWindowSeconds * 1000) return undefined;
    return [last, issuing === 'same-until-late' ? Math.floor(remainingMs / 1000) : lifetime];
  }

  #anotherToken(now: Date): Grant {
    const { issuing, newToken = () => randomBytes(20).toString('hex') } = this.#settings;
    if (issuing === 'new-revoking-old') this.revokeAll(now);
    const lifetime = this.tokenLifetimeSeconds;
    const expiresAt = after(now, lifetime * this.livedShare);
    const issued: ServiceToken = { token: newToken(), issuedAt: now, expiresAt, revoked: false };
    this.issuedTokens.push(issued);
    return [issued, lifetime];
  }
}

function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
