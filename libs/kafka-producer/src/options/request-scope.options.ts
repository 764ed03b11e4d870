import { Flag } from './option-rules.js';

/** The scope of every request and message of the application. An empty object is enough to have one. */
export class RequestScopeOptions {
  /**
   * Whether each request is one unit, committed before its response is sent.
   *
   * Handlers that no unit can hold are refused at bootstrap: streams (SSE, subscriptions, WebSockets) and those that answer by themselves with `@Res()`. Put
   * `@KafkaScope({ transactional: false })` on them.
   *
   * @defaultValue false
   */
  @Flag()
  readonly transactional: boolean = false;
}
