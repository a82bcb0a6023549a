/**
 * Remembers what a function makes of an object, for as long as the object exists: an index that is
 * needed for each of many applications is built once.
 *
 * @param make the object must not change afterwards
 */
export function remembered<Key extends object, Value extends object>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    const found = known.get(key) ?? make(key);
    known.set(key, found);
    return found;
  };
}
