/** The demo did not show what it should; its message says what was seen. */
export class DemoFailure extends Error {
  override readonly name = 'DemoFailure';
}
