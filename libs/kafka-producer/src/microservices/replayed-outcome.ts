import { AsyncSubject, Observable } from 'rxjs';

/**
 * An Observable of work that has begun: who subscribes later gets its result or its error all the same.
 *
 * A subscriber that leaves does not stop the work.
 *
 * @param unheard told of a failure that nobody had subscribed to by the end of the turn in which it became known. It waits that long because Nest
 * subscribes to what an async handler returns a few microtasks later.
 */
export function replayedOutcome<T>(outcome: Promise<T>, unheard: (error: unknown) => void): Observable<T> {
  const subject = new AsyncSubject<T>();
  let isHeard = false;
  void outcome.then(
    (result) => {
      subject.next(result);
      subject.complete();
    },
    (error: unknown) => {
      isHeard = subject.observed;
      subject.error(error);
      if (!isHeard) setImmediate(() => isHeard || unheard(error));
    },
  );
  return new Observable<T>((subscriber) => {
    isHeard = true;
    return subject.subscribe(subscriber);
  });
}
