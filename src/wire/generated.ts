// Generated from openapi.yaml by scripts/gen-wire.mjs. Do not edit: run `npm run generate`.

/** UTC time. Servers emit the compact form (20210706T193229Z); the extended form (2021-07-06T19:32:29Z) must be accepted too. Fractional seconds are possible. */
export type IcwsDateTime = string;

/** State of the session, or of the link to the Dialer server. */
export const ConnectionState = {
  None: 0,
  Up: 1,
  Down: 2,
} as const;
/** State of the session, or of the link to the Dialer server. */
export type ConnectionState = number;

/** Kind of station in use. */
export const StationSettingsType = {
  None: 0,
  Workstation: 1,
  RemoteWorkstation: 2,
  RemoteNumber: 3,
} as const;
/** Kind of station in use. */
export type StationSettingsType = number;

/** Media the session will handle. */
export const SupportedMediaType = {
  None: 0,
  Call: 1,
  Chat: 2,
  Email: 3,
  Generic: 4,
  Callback: 5,
  SmsMessage: 6,
  WorkItem: 7,
  DirectMessage: 8,
  SocialConversation: 9,
} as const;
/** Media the session will handle. */
export type SupportedMediaType = number;

/** How the station login relates to the session. */
export const StationConnectionMode = {
  Default: 0,
  IndependentofSession: 1,
  IndependentConnectionsLogoutWithSession: 2,
} as const;
/** How the station login relates to the session. */
export type StationConnectionMode = number;

/** State of the backup server of a switchover pair. */
export const BackupState = {
  Active: 0,
  UpgradeLower: 1,
  UpgradeHigher: 2,
  UpgradeHigherManual: 3,
} as const;
/** State of the backup server of a switchover pair. */
export type BackupState = number;

/** Health of a subscription. */
export const SubscriptionState = {
  None: 0,
  Normal: 1,
  Suspended: 2,
  Faulted: 3,
} as const;
/** Health of a subscription. */
export type SubscriptionState = number;

/** Outcome of a licence request. */
export const LicenseStatus = {
  UnknownError: 0,
  None: 1,
  Available: 2,
  NotAssigned: 3,
  LicenseUnavailable: 4,
  UserOnAnotherStation: 5,
  StationAlreadyInUseOnAnotherMachine: 6,
  StationAlreadyInUseByAnotherUser: 7,
  OtherApplicationUsingLicense: 8,
  LicenseUnknown: 9,
} as const;
/** Outcome of a licence request. */
export type LicenseStatus = number;

/** Password rule that was broken. */
export const PasswordPolicyErrorId = {
  Unknown: 0,
  RecentlyUsed: 1,
  TooYoung: 2,
  TooShort: 3,
  TooFewUniqueDigits: 4,
  AllSequentialDigits: 5,
  AccountLockedOut: 6,
  DoesntMatch: 7,
  AccessDenied: 8,
  TooFewUppercaseCharacters: 9,
  TooFewLowercaseCharacters: 10,
  TooFewNumericCharacters: 11,
  TooFewSpecialCharacters: 12,
} as const;
/** Password rule that was broken. */
export type PasswordPolicyErrorId = number;

/** Why a campaign log-in was refused. */
export const CampaignLogonErrorCode = {
  UnknownError: 0,
  WrongWorkgroup: 1,
  CampaignNotFound: 2,
  CampaignStopping: 3,
} as const;
/** Why a campaign log-in was refused. */
export type CampaignLogonErrorCode = number;

/** How the contact was dialled. */
export const DialingMode = {
  Preview: 0,
  OwnAgentCallback_Preview: 1,
  Regular: 2,
  OwnAgentCallback: 3,
  Agentless: 4,
  Precise: 5,
  Manual: 6,
} as const;
/** How the contact was dialled. */
export type DialingMode = number;

/** Dialling modes a previewPop can carry. */
export const PreviewDialingMode = {
  Preview: 0,
  OwnAgentCallback_Preview: 1,
} as const;
/** Dialling modes a previewPop can carry. */
export type PreviewDialingMode = number;

/** Dialer break state of the agent. */
export const BreakStatusType = {
  NotOnBreak: 0,
  BreakPending: 1,
  OnBreak: 2,
} as const;
/** Dialer break state of the agent. */
export type BreakStatusType = number;

/** One campaign state flag; campaigns carry a list of these. */
export const CampaignStatusType = {
  Invalid: 0,
  On: 1,
  Off: 2,
  ScheduleOnly: 4,
  Auto: 8,
  Paused: 16,
  Completed: 32,
} as const;
/** One campaign state flag; campaigns carry a list of these. */
export type CampaignStatusType = number;

/** Pacing type of a campaign. */
export const CampaignType = {
  Predictive: 1,
  Power: 2,
  Preview: 3,
  Agentless: 8,
} as const;
/** Pacing type of a campaign. */
export type CampaignType = number;

/** Time base of scheduledTime. */
export const RelativeTo = {
  UTC: 0,
  Contact: 1,
} as const;
/** Time base of scheduledTime. */
export type RelativeTo = number;

/** Role of the agent in staged campaigns. */
export const AgentType = {
  Regular: 1,
  Finishing: 2,
  Composite: 3,
} as const;
/** Role of the agent in staged campaigns. */
export type AgentType = number;

/** How numbervalue is to be read. */
export const ManualCallNumberType = {
  Unknown: 0,
  ContactColumnName: 1,
  ContactColumnId: 2,
  PhoneNumber: 3,
} as const;
/** How numbervalue is to be read. */
export type ManualCallNumberType = number;

/** Progress or failure of a manual Dialer call. */
export const ManualOutboundCallStatus = {
  Unknown: 0,
  None: 1,
  InvalidCampaign: 2,
  InvalidAgent: 3,
  InternalError: 4,
  AgentNotIdle: 5,
  ContactNotFound: 6,
  ContactUncallable: 7,
  ContactBlocked: 8,
  PlaceCallFailed: 9,
  InvalidPhoneNumber: 10,
  CallBlocked: 11,
  CallPlaced: 12,
  CallComplete: 13,
  PolicyCompleted: 14,
  PreviouslyDialed: 15,
} as const;
/** Progress or failure of a manual Dialer call. */
export type ManualOutboundCallStatus = number;

/** Kind of script control. */
export const BaseScriptPageControlType = {
  Text: 0,
  Numeric: 1,
  Radio: 2,
  Listbox: 3,
  DateTime: 4,
} as const;
/** Kind of script control. */
export type BaseScriptPageControlType = number;

/** Date display format of a script control. */
export const BaseScriptDateTimeControlFormat = {
  ShortDate: 1,
  LongDate: 2,
  Time: 4,
  ShortDateWithTime: 5,
  LongDateWithTime: 6,
} as const;
/** Date display format of a script control. */
export type BaseScriptDateTimeControlFormat = number;

/** Kind of queue. */
export const QueueType = {
  System: 0,
  User: 1,
  Workgroup: 2,
  Station: 3,
} as const;
/** Kind of queue. */
export type QueueType = number;

/** How the filters of a group combine. */
export const FilterGroupType = {
  None: 0,
  All: 1,
  Any: 2,
} as const;
/** How the filters of a group combine. */
export type FilterGroupType = number;

/** Filter comparison. */
export const ComparisonType = {
  NotEquals: 0,
  Equals: 1,
} as const;
/** Filter comparison. */
export type ComparisonType = number;

/** Interaction state used when creating interactions. Not the numbering of the Eic_State attribute. */
export const InteractionState = {
  None: 0,
  Alerting: 1,
  Connected: 2,
  Held: 3,
  Messaging: 4,
  Offering: 5,
  Parked: 6,
  Proceeding: 7,
  Suspended: 8,
  System: 9,
  InternalDisconnect: 10,
  ExternalDisconnect: 11,
} as const;
/** Interaction state used when creating interactions. Not the numbering of the Eic_State attribute. */
export type InteractionState = number;

/** Where an alert is raised. */
export const InteractionAlertType = {
  None: 0,
  User: 1,
  Station: 2,
  Workgroup: 3,
  StationGroup: 4,
  AcdUser: 5,
  AcdStation: 6,
} as const;
/** Where an alert is raised. */
export type InteractionAlertType = number;

/** What an alert does. */
export const InteractionAlertAction = {
  None: 0,
  StartAlerting: 1,
  StopAlerting: 2,
} as const;
/** What an alert does. */
export type InteractionAlertAction = number;

/** How attribute values are combined. */
export const AppendMode = {
  Append: 1,
  AppendWithSeperator: 2,
} as const;
/** How attribute values are combined. */
export type AppendMode = number;

/** Value of the Eic_State attribute. A alerting, C connected, H held, M voicemail, O offering, P parked, R proceeding, X suspended, S system or dialling, I disconnected on our side, E disconnected by the far side, empty not set. Some releases send the number 0..11 instead, in the same order. */
export type EicState = "A" | "C" | "H" | "M" | "O" | "P" | "R" | "X" | "S" | "I" | "E" | "" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "10" | "11";

/** Body of most error answers. errorCode was seen on live servers but is not in the documented contract. */
export interface Error {
  /** Present only on derived error types. */
  __type?: string;
  /** Stable identifier, for example error.request.connection.authenticationFailure. */
  errorId?: string;
  /** Numeric code seen on live servers. */
  errorCode?: number;
  /** Human text in the session language. */
  message: string;
}

/** A required property was absent. */
export type MissingPropertyError = Error & {
  __type: "urn:inin.com:common:missingPropertyError";
  propertyName?: string;
};

/** A property had a bad value. */
export type InvalidPropertyError = Error & {
  __type: "urn:inin.com:common:invalidPropertyError";
  propertyName?: string;
};

/** Dialer refused a campaign log-in. */
export type CampaignLogonError = Error & {
  __type: "urn:inin.com:dialer:campaignLogonError";
  logonError?: CampaignLogonErrorCode;
};

/** One broken password rule. */
export interface PasswordPolicyError {
  passwordPolicyErrorId: PasswordPolicyErrorId;
  passwordPolicyErrorMsg: string;
}

/** The new password was refused. */
export type PasswordError = Error & {
  __type: "urn:inin.com:security:passwordError";
  passwordErrors: PasswordPolicyError[];
};

/** Plain error or one of its derived forms; look at __type. */
export type AnyError = MissingPropertyError | InvalidPropertyError | CampaignLogonError | PasswordError | Error;

/** 503 body of the connection request: try these hosts. */
export interface AlternateHosts {
  /** error.server.notAcceptingConnections or error.server.unavailable. */
  errorId?: string;
  message?: string;
  /** Bare host names, no scheme, port or path. */
  alternateHostList: string[];
}

/** 202 body: the outcome comes later in an asyncOperationCompletedMessage. */
export interface AsyncOperationAccepted {
  requestId: string;
}

/** One API feature and its version. */
export interface FeatureInfo {
  featureId: string;
  version: number;
}

/** Answer of GET /icws/connection/features. */
export interface FeatureInfos {
  featureInfoList: FeatureInfo[];
}

/** Server version. The parts are strings. */
export interface VersionInfo {
  majorVersion: string;
  minorVersion: string;
  su: string;
  build: string;
  productId: string;
  codebaseId: string;
  productReleaseDisplayString?: string;
  productPatchDisplayString?: string;
}

/** Server clock. */
export interface ServerTimeInfo {
  serverUtcTime: IcwsDateTime;
}

/** Identity of a configured object. */
export interface ConfigurationId {
  id: string;
  displayName?: string;
  uri?: string;
}

/** Station the user is effectively on. */
export interface EffectiveStationInfo {
  stationId: ConfigurationId;
}

/** PureCloud hybrid flags. */
export interface PurecloudIntegration {
  integrationEnabled: boolean;
  webRTCIntegrationEnabled?: boolean;
}

/** Log in with a CIC user and password. */
export interface IcAuthConnectionRequestSettings {
  __type: "urn:inin.com:connection:icAuthConnectionRequestSettings";
  /** Name shown to supervisors. Dialer groups sessions by user and this name. */
  applicationName: string;
  marketPlaceApplicationLicenseName?: string;
  marketPlaceApplicationCode?: string;
  userID: string;
  password: string;
}

/** Log in with a one-time token of another session. */
export interface AuthTokenConnectionRequestSettings {
  __type: "urn:inin.com:connection:authTokenConnectionRequestSettings";
  /** Name shown to supervisors. Dialer groups sessions by user and this name. */
  applicationName: string;
  marketPlaceApplicationLicenseName?: string;
  marketPlaceApplicationCode?: string;
  authTokenSeed: string;
  authToken: string;
  authTokenSourceSession: string;
  disconnectSourceSession?: boolean;
}

/** Log in with a single sign-on token. */
export interface SingleSignOnTokenConnectionRequestSettings {
  __type: "urn:inin.com:connection:singleSignOnTokenConnectionRequestSettings";
  /** Name shown to supervisors. Dialer groups sessions by user and this name. */
  applicationName: string;
  marketPlaceApplicationLicenseName?: string;
  marketPlaceApplicationCode?: string;
  singleSignOnToken: string;
}

/** Exactly one of the authentication forms. */
export type ConnectionRequest = IcAuthConnectionRequestSettings | AuthTokenConnectionRequestSettings | SingleSignOnTokenConnectionRequestSettings;

/** 201 body. The last six appear only when asked for with include. */
export interface ConnectionResponse {
  csrfToken: string;
  sessionId: string;
  alternateHostList?: string[];
  /** Canonical user id; may differ in case from what was sent. */
  userID?: string;
  userDisplayName?: string;
  icServer?: string;
  daysUntilPasswordExpiration?: number;
  version?: VersionInfo;
  features?: FeatureInfo[];
  serverTimeInfo?: ServerTimeInfo;
  defaultWorkstationId?: string | null;
  effectiveStation?: EffectiveStationInfo | null;
  purecloudIntegration?: PurecloudIntegration;
}

/** State of this or a former session. */
export interface ConnectionSettings {
  connectionState: ConnectionState;
  reason?: string;
  /** Meaningful only when down. connection 3. */
  shouldReconnect?: boolean;
}

/** State of the switchover pair. */
export interface SwitchoverStatus {
  isSwitchoverActive: boolean;
  primaryHost: string;
  backupHost?: string;
  isBackupICStopping?: boolean;
  isBackupICStarting?: boolean;
  isManualSwitchOnly?: boolean;
  backupState?: BackupState;
  backupVersion?: string;
  subsystemsDown?: string[];
}

/** A configured workstation. */
export interface WorkstationSettings {
  __type: "urn:inin.com:connection:workstationSettings";
  workstation: string;
  supportedMediaTypes?: SupportedMediaType[];
  stationConnectionMode?: StationConnectionMode;
  readyForInteractions?: boolean;
}

/** A configured remote station, optionally with another number. */
export interface RemoteWorkstationSettings {
  __type: "urn:inin.com:connection:remoteWorkstationSettings";
  workstation: string;
  remoteNumber?: string;
  supportedMediaTypes?: SupportedMediaType[];
  stationConnectionMode?: StationConnectionMode;
  readyForInteractions?: boolean;
}

/** A free telephone number as the station. */
export interface RemoteNumberSettings {
  __type: "urn:inin.com:connection:remoteNumberSettings";
  remoteNumber: string;
  persistentConnection?: boolean;
  supportedMediaTypes?: SupportedMediaType[];
  stationConnectionMode?: StationConnectionMode;
  readyForInteractions?: boolean;
}

/** No station; sets media types and readiness only. */
export interface StationlessSettings {
  __type: "urn:inin.com:connection:stationlessSettings";
  supportedMediaTypes?: SupportedMediaType[];
  stationConnectionMode?: StationConnectionMode;
  readyForInteractions?: boolean;
}

/** Exactly one of the station forms. */
export type StationSettings = WorkstationSettings | RemoteWorkstationSettings | RemoteNumberSettings | StationlessSettings;

/** The station in use. */
export interface StationInformation {
  canBeDialed?: boolean;
  extension: string;
  id: string;
  ringAlways?: boolean;
  sipAddress?: string;
  sipPassword?: string;
  sipUser?: string;
  remoteNumber?: string;
  stationSetting: StationSettingsType;
  allowedMediaTypes?: SupportedMediaType[];
}

/** Seed for a one-time token. */
export interface CreateUniqueAuthTokenRequest {
  authTokenSeed: string;
}

/** One-time token; usable once, for about seven seconds. */
export interface CreateUniqueAuthTokenResponse {
  authToken: string;
}

/** One single sign-on provider. */
export interface IdentityProvider {
  displayName: string;
  identityProviderId: string;
  builtInIdentityProvider: boolean;
}

/** Which log-in forms the server allows. */
export interface AuthenticationInfo {
  allowIcAuth: boolean;
  identityProviders?: IdentityProvider[];
  userAgreementText?: string;
}

/** A language the server knows. */
export interface Language {
  languageID: string;
  languageDisplayName: string;
}

/** Facts a log-in page needs. */
export interface ServerInfo {
  languages: Language[];
  acceptLanguage: string;
  authentication?: AuthenticationInfo;
}

/** Token to finish single sign-on. */
export interface SingleSignOnResponse {
  singleSignOnToken: string;
}

/** Change of the own password. */
export interface PasswordChange {
  oldPassword: string;
  newPassword: string;
}

/** Licence names. */
export interface Licenses {
  licenseList: string[];
}

/** Outcome for one licence. */
export interface LicenseOperationResult {
  errorDetails: string;
  isAvailable: boolean;
  licenseName: string;
  licenseStatus: LicenseStatus;
}

/** Outcome for all; the answer is 200 even when one was refused. */
export interface LicenseOperationResults {
  licenseOperationResultList: LicenseOperationResult[];
}

/** One configured status. */
export interface StatusMessage {
  /** Compare without regard to case. */
  statusId: string;
  /** Absent on old servers. */
  systemId?: string;
  /** Localised label. */
  messageText: string;
  iconUri: string;
  groupTag: string;
  canHaveDate: boolean;
  canHaveTime: boolean;
  isDoNotDisturbStatus: boolean;
  isSelectableStatus: boolean;
  isPersistentStatus: boolean;
  isForwardStatus: boolean;
  isAfterCallWorkStatus: boolean;
  isAcdStatus: boolean;
  isAllowFollowUpStatus: boolean;
}

/** All configured statuses. */
export interface StatusMessages {
  statusMessageList: StatusMessage[];
}

/** Status ids a user may choose. */
export interface StatusMessagesUserAccess {
  userId: string;
  statusMessages?: string[];
}

/** Announced end of a status. */
export interface UserStatusUntil {
  untilDateTime: IcwsDateTime;
  hasDate: boolean;
  hasTime: boolean;
}

/** Status of one user. In a delta only the changed optional members are sent. */
export interface UserStatus {
  userId: string;
  statusId: string;
  notes?: string;
  forwardNumber?: string;
  until?: UserStatusUntil | null;
  onPhone?: boolean;
  onPhoneChanged?: IcwsDateTime;
  statusChanged?: IcwsDateTime;
  stations?: string[];
  icServers?: string[];
  presenceServer?: string;
  loggedIn?: boolean;
}

/** New status for a user. */
export interface UserStatusUpdate {
  statusId: string;
  notes?: string;
  forwardNumber?: string;
  until?: UserStatusUntil | null;
}

/** Whose status to watch; replaces the former list. */
export interface UserStatusSubscription {
  userIds: string[];
  userStatusProperties?: string[];
}

/** Whose access list to watch. */
export interface UserIds {
  userIds: string[];
}

/** Change of one user's selectable statuses. */
export interface StatusMessagesUserAccessChange {
  userId: string;
  statusMessagesAdded?: string[];
  statusMessagesRemoved?: string[];
}

/** A queue. */
export interface QueueId {
  queueType: QueueType;
  queueName: string;
}

/** Compare one attribute. */
export interface FilterValue {
  __type: "urn:inin.com:queues:filterValue";
  attribute: string;
  comparisonType: ComparisonType;
  value: string;
}

/** Combine filters. */
export interface FilterGroup {
  __type: "urn:inin.com:queues:filterGroup";
  filterGroupType: FilterGroupType;
  filterItemsList: FilterItem[];
}

/** A filter or a group of filters. */
export type FilterItem = FilterValue | FilterGroup;

/** Sort order. */
export interface ResultOrder {
  orderAttribute: string;
  orderDirection: number;
}

/** Cap on the size of the answer (newer servers). */
export interface QueueResultLimit {
  limitCount?: number;
  resultOrder?: ResultOrder;
}

/** Which queues and attributes to watch. */
export interface QueueSubscriptionParameters {
  queueIds: QueueId[];
  attributeNames: string[];
  queueResultLimit?: QueueResultLimit;
  attributeFilter?: FilterItem;
}

/** An interaction that entered the queue. */
export interface QueueInteraction {
  interactionId: string;
  attributes: Record<string, string>;
  conferenceParentId?: string;
}

/** Changed attributes of a queued interaction; merge by key. */
export interface ChangedInteraction {
  interactionId: string;
  attributes: Record<string, string>;
}

/** Attribute values; keys are case-insensitive. */
export interface InteractionAttributes {
  attributes: Record<string, string>;
}

/** Attribute values to write. */
export interface InteractionAttributesUpdate {
  attributes: Record<string, string>;
  appendMode?: AppendMode;
}

/** Switch a state on or off. */
export interface OnParameters {
  on: boolean;
}

/** Digits to send. */
export interface InteractionDtmfDigits {
  dtmfDigits: string;
}

/** Attributes to watch on one interaction. */
export interface InteractionSubscription {
  attributeNames: string[];
}

/** Attributes to add to alerts. */
export interface AlertSubscriptionParameters {
  attributeNames?: string[];
}

/** One alert. */
export interface InteractionAlertDetails {
  interactionId: string;
  interactionType: string;
  name: string;
  address: string;
  alertType: InteractionAlertType;
  alertAction: InteractionAlertAction;
  autoAnswer: boolean;
  monitoredQueue?: QueueId;
  attributes?: Record<string, string>;
}

/** Omit campaignId for the first, global log-in. */
export interface LogInParameters {
  campaignId?: string;
}

/** An empty list, or none, leaves Dialer altogether. */
export interface LogOffParameters {
  campaignIds?: string[];
}

/** Campaigns to take calls from. dialer 4; omit for all. */
export interface StartReceivingParameters {
  campaignIds?: string[];
}

/** Outcome of the last Dialer call. */
export interface DispositionParameters {
  /** Label of one of the pop's dispositions, or 'Skipped - Agent Skip' for a previewPop with allowSkip. */
  label: string;
  /** Unix seconds. Only with a disposition of category Scheduled. */
  scheduledTime?: number;
  /** Owner of the callback; needs scheduledTime and allowAgentCallbacks. */
  scheduledAgent?: string;
  relativeTo?: RelativeTo;
  placeAdditionalFollowUpCall?: boolean;
  /** Contact columns to write back. */
  callAttributes?: Record<string, string>;
  isAbandon?: boolean;
}

/** Options for placing a preview call. */
export interface PlacePreviewCallParameters {
  /** True when the preview timer, not the agent, started it. */
  callInitiatedByTimer?: boolean;
  callAttributes?: Record<string, string>;
}

/** Write contact columns while the call lasts. dialer 3. */
export interface UpdateCallDataParameters {
  callId: string;
  callAttributes: Record<string, string>;
  campaignId: string;
}

/** Campaign whose base script is wanted. */
export interface FormDefinitionParameters {
  campaignId?: string;
}

/** Call whose contact is wanted. */
export interface RequestContactDataParameters {
  callId: string;
  campaignId: string;
}

/** One contact record. */
export interface Contact {
  contactdata: Record<string, string>;
}

/** Contact records. */
export interface RequestContactDataResponse {
  contacts: Contact[];
}

/** Move the call to a stage. dialer 5. */
export interface UpdateStageParameters {
  agentId?: string;
  newStageId: number;
  campaignId: string;
}

/** Role for campaigns. */
export interface AgentTypeParameters {
  agentType: AgentType;
  campaignIds: string[];
}

/** Hand the call to a finishing agent. dialer 7. */
export interface MarkCallForFinishingParameters {
  callId: string;
  callAttributes?: Record<string, string>;
  campaignId: string;
}

/** Send the call to an attendant profile. */
export interface TransferToAttendantProfileParameters {
  callId: string;
  campaignId: string;
  target: string;
}

/** Which numbers to describe. */
export interface PhoneNumberDetailParameters {
  campaignId?: string;
  interactionId?: string;
}

/** One number of the contact. */
export interface PhoneNumberDetail {
  ccid: number;
  name: string;
  phonenumbertype: string;
  phonenumber: string;
  attempts: number;
  blockingresult: string;
}

/** Numbers of the contact. */
export interface PhoneNumberDetails {
  records: PhoneNumberDetail[];
}

/** Manual Dialer call. Member names are all lower case. dialer 7. */
export interface InitiateManualOutboundCallParameters {
  campaignid: string;
  agentid: string;
  /** I3_Identity of the contact. */
  identity: string;
  type: ManualCallNumberType;
  numbervalue?: string;
  ignorefilter?: boolean;
  ignorequeryfilter?: boolean;
  ignorezoneblocking?: boolean;
  ignoreskills?: boolean;
  ignoredailylimit?: boolean;
  ignoreminimumspacing?: boolean;
  ignoredncscrub?: boolean;
  ignorecampaignownership?: boolean;
}

/** Whether the request was taken. */
export interface InitiateManualOutboundCallResponse {
  response: boolean;
}

/** Outcome offered on a script page. */
export interface BaseScriptPageDisposition {
  label: string;
  wrapUpCategory: string;
  wrapUpCode: string;
  abandon: boolean;
  recordStatus: string;
  isContact: boolean;
}

/** A field on a script page. */
export interface BaseScriptPageControl {
  column: string;
  label: string;
  readOnly: boolean;
  type: BaseScriptPageControlType;
  maxLines?: number;
  maxChars?: number;
  dateFormat?: BaseScriptDateTimeControlFormat;
  dataItems?: Record<string, string>;
}

/** A page of the base script. */
export interface BaseScriptPage {
  name: string;
  controls: BaseScriptPageControl[];
  dispositions: BaseScriptPageDisposition[];
  text: string;
  stage?: number;
  foregroundColor: string;
  backgroundColor: string;
}

/** Switches of the base script. */
export interface BaseScriptMisc {
  allowBreak: boolean;
  allowSkip: boolean;
  allowAgentOwned: boolean;
  militaryTime: boolean;
  pickupCall: boolean;
  allowSchedulePhone: boolean;
  autoDisconnect: boolean;
  allowEditingOfNumberToDial: boolean;
  allowAgentsAdditionalCalls: boolean;
  allowEditingAdditionalCallNumbers: boolean;
  overrideDncBlock: boolean;
  overrideZoneBlock: boolean;
  overrideSkillsBlock: boolean;
  overrideDailyLimitBlock: boolean;
}

/** Client extension of the script. */
export interface ExtensionDefinition {
  objectName: string;
  extension: string;
  objectType: string;
}

/** The base script. */
export interface FormDefinition {
  pages: BaseScriptPage[];
  misc: BaseScriptMisc;
  extensions: ExtensionDefinition[];
}

/** An outcome the agent may choose. */
export interface Disposition {
  /** This is what the disposition request wants. */
  label: string;
  wrapUpCategory: string;
  wrapUpCode: string;
  abandon: boolean;
}

/** A Dialer call that is (being) connected. */
export interface DataPop {
  __type: "urn:inin.com:dialer:dataPop";
  interactionId: string;
  campaignId: string;
  /** Contact columns and call data. */
  attributes: Record<string, string>;
  /** Script option: hang up when dispositioning. Dialer itself never hangs up. */
  autoDisconnectOnDisposition: boolean;
  allowAgentCallbacks: boolean;
  dispositions: Disposition[];
  dialingMode: DialingMode;
}

/** A contact to look at before dialling. */
export interface PreviewPop {
  __type: "urn:inin.com:dialer:previewPop";
  interactionId: string;
  campaignId: string;
  /** Contact columns and call data. */
  attributes: Record<string, string>;
  /** Script option: hang up when dispositioning. Dialer itself never hangs up. */
  autoDisconnectOnDisposition: boolean;
  allowAgentCallbacks: boolean;
  dispositions: Disposition[];
  dialingMode: PreviewDialingMode;
  /** True once placing was asked for. */
  callPlaced: boolean;
  /** When the preview ends; absent without a timer. */
  previewTimeout?: IcwsDateTime;
  allowSkip: boolean;
}

/** Payload of a dataPopMessage. */
export type Pop = DataPop | PreviewPop;

/** A campaign reference; an empty id means all of Dialer. */
export interface CampaignInfo {
  id: string;
  name?: string;
}

/** A campaign the agent could join. */
export interface AvailableCampaign {
  __type?: "urn:inin.com:dialer:availableCampaign";
  id: string;
  name: string;
  workgroup: string;
  status?: CampaignStatusType[];
  hasBaseScript?: boolean;
  customScriptUrl?: string;
  isLoggedIn?: boolean;
  campaignType?: CampaignType;
}

/** A campaign whose state changed. */
export interface ChangedCampaign {
  __type?: "urn:inin.com:dialer:changedCampaign";
  id: string;
  name: string;
  status?: CampaignStatusType[];
}

/** A campaign that is no longer offered. */
export interface RemovedCampaign {
  id: string;
}

/** Outcome of an operation that answered 202 with a requestId. */
export interface AsyncOperationCompletedMessage {
  __type: "urn:inin.com:messaging:asyncOperationCompletedMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  requestId: string;
  error: AnyError | null;
}

/** Health of a subscription. */
export interface SubscriptionStateMessage {
  __type: "urn:inin.com:messaging:subscriptionStateMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  state: SubscriptionState;
  error?: AnyError;
}

/** The session changed state. */
export interface ConnectionStateChangeMessage {
  __type: "urn:inin.com:connection:connectionStateChangeMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  previousConnectionState: ConnectionState;
  newConnectionState: ConnectionState;
  reason: string;
  shouldReconnect?: boolean;
}

/** The station changed (needs the station subscription). */
export interface StationConnectionStateChangeMessage {
  __type: "urn:inin.com:connection:stationConnectionStateChangeMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  previousStationInfo?: StationInformation;
  newStationInfo: StationInformation;
}

/** The effective station changed (needs include=effective-station). */
export interface EffectiveStationChangeMessage {
  __type: "urn:inin.com:connection:effectiveStationChangeMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  effectiveStation: EffectiveStationInfo | null;
}

/** Statuses of watched users. */
export interface UserStatusMessage {
  __type: "urn:inin.com:status:userStatusMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  userStatusList: UserStatus[];
}

/** Configured statuses changed. */
export interface StatusMessagesMessage {
  __type: "urn:inin.com:status:statusMessagesMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  statusMessagesAdded?: StatusMessage[];
  statusMessagesChanged?: StatusMessage[];
  statusMessagesRemoved?: string[];
}

/** Selectable statuses changed. */
export interface StatusMessagesUserAccessMessage {
  __type: "urn:inin.com:status:statusMessagesUserAccessMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  statusMessagesUserAccessChanges: StatusMessagesUserAccessChange[];
}

/** Content of a watched queue. */
export interface QueueContentsMessage {
  __type: "urn:inin.com:queues:queueContentsMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  subscriptionId: string;
  queueResultLimitExceeded?: boolean;
  interactionsAdded?: QueueInteraction[];
  interactionsChanged?: ChangedInteraction[];
  interactionsRemoved?: string[];
}

/** Health of a queue subscription. */
export interface QueueSubscriptionStateMessage {
  __type: "urn:inin.com:queues:queueSubscriptionStateMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  subscriptionId: string;
  state: SubscriptionState;
  error?: AnyError;
}

/** Attributes of a watched interaction. */
export interface InteractionChangedMessage {
  __type: "urn:inin.com:interactions:interactionChangedMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  /** Note the capital D. */
  interactionID: string;
  attributes: Record<string, string>;
}

/** The watched interaction is gone. */
export interface InteractionDeallocatedMessage {
  __type: "urn:inin.com:interactions:interactionDeallocatedMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  /** Note the capital D. */
  interactionID: string;
}

/** The session may no longer watch it. */
export interface InteractionLostRightsMessage {
  __type: "urn:inin.com:interactions:interactionLostRightsMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  /** Note the capital D. */
  interactionID: string;
}

/** The interaction got a new id. */
export interface InteractionMorphedMessage {
  __type: "urn:inin.com:interactions:interactionMorphedMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  /** Note the capital D. */
  interactionID: string;
  newInteractionID: string;
}

/** Alerts for the user. */
export interface InteractionAlertingMessage {
  __type: "urn:inin.com:interactions:interactionAlertingMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  alertingInteractionDetails: InteractionAlertDetails[];
}

/** Campaigns offered to the agent. */
export interface AvailableCampaignsMessage {
  __type: "urn:inin.com:dialer:availableCampaignsMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  campaignsAdded?: AvailableCampaign[];
  campaignsChanged?: ChangedCampaign[];
  campaignsRemoved?: RemovedCampaign[];
  agentHasLogonCampaignRight: boolean;
}

/** Break state of the agent. */
export interface BreakStatusMessage {
  __type: "urn:inin.com:dialer:breakStatusMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  breakStatus: BreakStatusType;
}

/** A Dialer call or preview for the agent; also sent again when a previewPop changes. */
export interface DataPopMessage {
  __type: "urn:inin.com:dialer:dataPopMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  call: Pop;
}

/** Dialer let the agent go. */
export interface LogoutGrantedMessage {
  __type: "urn:inin.com:dialer:logoutGrantedMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  campaigns: CampaignInfo[];
}

/** Someone logged the agent in to a campaign; ready-for-calls is due. */
export interface AutoLoginMessage {
  __type: "urn:inin.com:dialer:autoLoginMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  campaignId: string;
  initiatorName: string;
}

/** Someone logged the agent out of campaigns. */
export interface AutoLogoutMessage {
  __type: "urn:inin.com:dialer:autoLogoutMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  campaignIds: string[];
  initiatorName: string;
}

/** Link between ICWS and the Dialer server. */
export interface OutboundServerConnectionStateChangeMessage {
  __type: "urn:inin.com:dialer:outboundServerConnectionStateChangeMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  previousConnectionState: ConnectionState;
  newConnectionState: ConnectionState;
  reason: string;
}

/** Base script of a campaign. */
export interface SetFormDefinitionMessage {
  __type: "urn:inin.com:dialer:setFormDefinitionMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  campaignId: string;
  formDefinition: FormDefinition;
}

/** Progress of a manual Dialer call. */
export interface ManualOutboundCallStatusMessage {
  __type: "urn:inin.com:dialer:manualOutboundCallStatusMessage";
  /** false = replace the cached state of this feed; true = merge. Present on every message. */
  isDelta: boolean;
  campaignId: string;
  agentId: string;
  identity: string;
  status: ManualOutboundCallStatus;
  filterblocked: boolean;
  zoneblocked: boolean;
  skillblocked: boolean;
  dailylimitblocked: boolean;
  minimumspacingblocked: boolean;
  campaignownershipblocked: boolean;
  donotcallblocked: boolean;
  querytimefilterblocked: boolean;
  previouslydialed: boolean;
  uncallablestatus: string;
}

/** Any message of the messaging channel. Unknown __type values must be ignored. */
export type IcwsMessage = AsyncOperationCompletedMessage | SubscriptionStateMessage | ConnectionStateChangeMessage | StationConnectionStateChangeMessage | EffectiveStationChangeMessage | UserStatusMessage | StatusMessagesMessage | StatusMessagesUserAccessMessage | QueueContentsMessage | QueueSubscriptionStateMessage | InteractionChangedMessage | InteractionDeallocatedMessage | InteractionLostRightsMessage | InteractionMorphedMessage | InteractionAlertingMessage | AvailableCampaignsMessage | BreakStatusMessage | DataPopMessage | LogoutGrantedMessage | AutoLoginMessage | AutoLogoutMessage | OutboundServerConnectionStateChangeMessage | SetFormDefinitionMessage | ManualOutboundCallStatusMessage;

/** Fallback for types this document does not know. */
export interface UnknownMessage {
  __type: string;
  isDelta?: boolean;
}
