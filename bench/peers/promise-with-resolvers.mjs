/** @platformatic/kafka wants Node 22; this is the one thing it misses on Node 20. Imported by its peers only. */
Promise.withResolvers ??= function withResolvers() {
  const deferred = {};
  deferred.promise = new this((resolve, reject) => Object.assign(deferred, { resolve, reject }));
  return deferred;
};
