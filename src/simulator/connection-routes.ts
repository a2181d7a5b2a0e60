import {
  type ConnectionResponse,
  ConnectionState,
  type LicenseOperationResult,
  type VersionInfo,
} from '../wire/index.js';
import { type Answer, DONE, json, missingProperty, notFound, Refusal, sessionOpened } from './answer.js';
import { toldTime } from './icws-time.js';
import type { RequestBody } from './request-body.js';
import type { Exchange, OpenRoutes, SessionExchange, SessionRoutes } from './router.js';
import { closeSession, openSession } from './sessions.js';
import { effectiveStation } from './stations.js';
import type { Session, User, World } from './world.js';

const IC_SERVER = 'ICSERVER1';
/** A one-time token may be used for about this long (reference §1.4). */
const AUTH_TOKEN_MS = 7_000;
const DIALER_LICENCE = 'I3_ACCESS_DIALER_ADDON';
const KNOWN_LICENCES = new Set(['I3_ACCESS_CLIENT', 'I3_LICENSE_BASIC_STATION', DIALER_LICENCE]);

const VERSION: VersionInfo = {
  majorVersion: '22',
  minorVersion: '2',
  su: '0',
  build: '118',
  productId: '1',
  codebaseId: '1',
  productReleaseDisplayString: '2022 R2',
  productPatchDisplayString: '2022 R2',
};

function features(world: World) {
  return [
    { featureId: 'connection', version: 10 },
    { featureId: 'messaging', version: world.config.messaging },
    { featureId: 'status', version: 1 },
    { featureId: 'interactions', version: 13 },
    { featureId: 'queues', version: 1 },
    { featureId: 'dialer', version: 9 },
    { featureId: 'licenses', version: 1 },
    { featureId: 'security', version: 1 },
    { featureId: 'configuration', version: 1 },
  ];
}

const refusedCredentials = (): Refusal =>
  new Refusal(400, {
    errorId: 'error.request.connection.authenticationFailure',
    errorCode: -2147221503,
    message: 'The user or password was refused.',
  });

/** Routes that need no session (reference §1.2, §1.3). */
export const openConnectionRoutes: OpenRoutes = {
  'POST connection': (exchange) => logIn(exchange),
  'GET connection/version': () => json(200, VERSION),
  'GET connection/features': ({ world }) => json(200, { featureInfoList: features(world) }),
  'GET connection/features/:featureId': ({ world, params }) => {
    const wanted = params.featureId?.toLowerCase();
    const feature = features(world).find((one) => one.featureId === wanted);
    if (!feature) throw notFound('There is no such feature.');
    return json(200, feature);
  },
  'GET connection/server-info': ({ header }) =>
    json(200, {
      languages: [{ languageID: 'en-us', languageDisplayName: 'English (United States)' }],
      acceptLanguage: header('accept-language') || 'en-us',
      authentication: { allowIcAuth: true, identityProviders: [] },
    }),
  'GET connection/server-time': ({ world }) => json(200, { serverUtcTime: toldTime(world, world.clock.now()) }),
  'GET connection/single-sign-on/response': () => {
    throw refusedCredentials();
  },
};

function logIn(exchange: Exchange): Answer {
  const { world, query, body, header } = exchange;
  const applicationName = body.text('applicationName');
  const language = header('accept-language').split(/[,;]/)[0]?.trim() || 'en-us';
  let user: User;
  try {
    user = authenticate(exchange, body);
  } catch (refusal) {
    world.ledger.sessions.refused += 1;
    throw refusal;
  }
  if (header('accept-language') === '') world.ledger.violation('missing-accept-language', user.id);
  const include = new Set((query.get('include') ?? '').split(',').map((word) => word.trim().toLowerCase()));
  const session = openSession(world, {
    user,
    applicationName,
    language: language === '*' ? 'en-us' : language,
    wantsEffectiveStation: include.has('effective-station'),
  });
  return sessionOpened(describeSession(world, session, include), session.cookie);
}

function authenticate(exchange: Exchange, body: RequestBody): User {
  const { world } = exchange;
  const type = body.text('__type').replace('urn:inin.com:connection:', '');
  if (type === 'authTokenConnectionRequestSettings') return byAuthToken(world, body);
  if (type === 'singleSignOnTokenConnectionRequestSettings') {
    body.text('singleSignOnToken');
    throw refusedCredentials();
  }
  if (type !== 'icAuthConnectionRequestSettings') throw missingProperty('__type');
  const user = world.users.get(body.text('userID').toLowerCase());
  const password = body.optionalText('password');
  if (password === undefined) throw missingProperty('password');
  if (!user || user.password !== password) throw refusedCredentials();
  return user;
}

function byAuthToken(world: World, body: RequestBody): User {
  const source = world.sessions.get(body.text('authTokenSourceSession'));
  const token = source?.authToken;
  const fits =
    token?.value === body.text('authToken') &&
    token.seed === body.text('authTokenSeed') &&
    token.untilMs >= world.clock.monotonic();
  if (!source || !fits) throw refusedCredentials();
  source.authToken = null;
  if (body.optionalFlag('disconnectSourceSession')) {
    world.timers.soon(() => closeSession(world, source, 'deleted', 'The session was taken over by another one.'));
  }
  return source.user;
}

function describeSession(world: World, session: Session, include: ReadonlySet<string>): ConnectionResponse {
  const { user } = session;
  return {
    csrfToken: session.token,
    sessionId: session.id,
    alternateHostList: [...world.alternateHosts],
    userID: user.id,
    userDisplayName: user.displayName,
    icServer: IC_SERVER,
    daysUntilPasswordExpiration: 90,
    ...(include.has('version') ? { version: VERSION } : {}),
    ...(include.has('features') ? { features: features(world) } : {}),
    ...(include.has('server-time') ? { serverTimeInfo: { serverUtcTime: toldTime(world, world.clock.now()) } } : {}),
    ...(include.has('default-workstation') ? { defaultWorkstationId: null } : {}),
    ...(include.has('effective-station') ? { effectiveStation: effectiveStation(user) } : {}),
    ...(include.has('purecloud-integration') ? { purecloudIntegration: { integrationEnabled: false } } : {}),
  };
}

/** Routes of the session itself, its licences and rights (reference §1.4, §1.6, §10.13). */
export const sessionRoutes: SessionRoutes = {
  'GET connection': () => json(200, { connectionState: ConnectionState.Up }),
  'DELETE connection': ({ world, session }) => {
    closeSession(world, session, 'deleted', 'The client logged out.');
    return DONE;
  },
  'GET connection/switchover-status': () =>
    json(200, {
      isSwitchoverActive: false,
      primaryHost: IC_SERVER,
      isBackupICStopping: false,
      isBackupICStarting: false,
      subsystemsDown: [],
    }),
  'POST connection/unique-auth-token': ({ world, session, body }) => {
    const seed = body.text('authTokenSeed');
    const draw = world.random(`auth-token/${session.id}/${world.nextNumber('request')}`);
    const value = Buffer.from(`${draw()}${draw()}`).toString('base64url');
    session.authToken = { value, seed, untilMs: world.clock.monotonic() + AUTH_TOKEN_MS };
    return json(200, { authToken: value });
  },
  'POST security/password': (exchange) => changePassword(exchange),
  'POST licenses': ({ session, body }) => licences(session.user, body),
  'PUT licenses': ({ session, body }) => licences(session.user, body),
  'DELETE licenses': () => DONE,
  'GET configuration/users/:userId': ({ world, session, params }) => {
    const user = world.users.get((params.userId ?? '').toLowerCase());
    if (!user) throw notFound('There is no such user.');
    const self = user === session.user;
    return json(200, {
      configurationId: {
        id: user.id,
        displayName: user.displayName,
        uri: `/configuration/users/${encodeURIComponent(user.id)}`,
      },
      ...(self ? { securityRights: { loginCampaign: { effectiveValue: user.logonCampaign } } } : {}),
    });
  },
};

function changePassword({ session, body }: SessionExchange): Answer {
  const { user } = session;
  const oldPassword = body.text('oldPassword');
  const newPassword = body.text('newPassword');
  const problem =
    oldPassword !== user.password
      ? ([7, 'The old password does not match.'] as const)
      : newPassword === oldPassword
        ? ([1, 'Recently used.'] as const)
        : newPassword.length < 4
          ? ([3, 'Too short.'] as const)
          : null;
  if (problem) {
    throw new Refusal(400, {
      __type: 'urn:inin.com:security:passwordError',
      message: 'The password was not changed.',
      passwordErrors: [{ passwordPolicyErrorId: problem[0], passwordPolicyErrorMsg: problem[1] }],
    });
  }
  user.password = newPassword;
  return DONE;
}

function licences(user: User, body: RequestBody): Answer {
  const licenseOperationResultList = body.texts('licenseList').map((licenseName): LicenseOperationResult => {
    const isAvailable = KNOWN_LICENCES.has(licenseName) && (licenseName !== DIALER_LICENCE || user.licence);
    return {
      licenseName,
      isAvailable,
      licenseStatus: isAvailable ? 2 : 3,
      errorDetails: isAvailable ? '' : 'Not assigned to the user.',
    };
  });
  return json(200, { licenseOperationResultList });
}
