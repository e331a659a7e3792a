// Types of Footfall's client for pages; `hellotext.mjs` is the module they describe.

export interface Options {
  /** Address of the API, such as `https://events.example.org/v1`; by default where the script is from. */
  apiRoot?: string;
  /** The session to go on with, where the page knows it. */
  session?: string;
  /** Whether a visitor without a session gets one; true by default. */
  autoGenerateSession?: boolean;
  /** Whether `page.viewed` is tracked on load and at each change of the address; false by default. */
  autoPageViews?: boolean;
  /** `"required"` holds everything in memory until `consent(true)`. */
  consent?: "required";
  /** Whether Do-Not-Track and Global Privacy Control are obeyed; true by default. */
  privacySignals?: boolean;
}

export interface TrackingParams {
  amount?: number | string;
  currency?: string;
  /** Unix seconds, or ISO 8601 with a zone; by default now. */
  tracked_at?: number | string;
  /** Repeats under the same id are stored once; by default a new UUID. */
  event_id?: string;
  url?: string;
  object?: string;
  object_type?: string;
  object_parameters?: Record<string, unknown>;
  user_parameters?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  /** Further headers of the first attempt to send it; they are not stored. */
  headers?: Record<string, string>;
  [field: string]: unknown;
}

export interface IdentificationOptions {
  source?: string;
  email?: string;
  phone?: string;
  name?: string;
  [field: string]: unknown;
}

export interface Fault {
  type: string;
  message: string;
  description: string;
  parameter: string;
}

export interface Response {
  /** What the server answered; on refusal `{ errors: Fault[] }`, also where the client refused. */
  data: any;
  /** The server has it. */
  succeeded: boolean;
  /** It was refused for good and is not sent again. */
  failed: boolean;
  /** It waits in the queue and is sent as soon as that works; neither of the two above. */
  queued: boolean;
}

export interface Hellotext {
  /** The visitor's session; undefined before `initialize`, and where there may be none. */
  readonly session: string | undefined;
  readonly isInitialized: boolean;
  initialize(business: string, options?: Options): Promise<void>;
  track(action: string, params?: TrackingParams): Promise<Response>;
  identify(externalId: string | number, options?: IdentificationOptions): Promise<Response>;
  forget(): void;
  /** Allow everything that waits, or drop it and clear what is stored. */
  consent(granted: boolean): void;
  on(event: "session-set" | "utm-set" | (string & {}), listener: (value: any) => void): void;
  removeEventListener(event: string, listener: (value: any) => void): void;
}

declare const hellotext: Hellotext;
export default hellotext;

declare global {
  interface Window {
    Hellotext: Hellotext;
  }
}
