package dev.steelyard.lb.route;

import dev.steelyard.lb.request.RequestContext;
import dev.steelyard.lb.select.Endpoint;
import dev.steelyard.lb.select.Exclusions;
import dev.steelyard.lb.select.Picker;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Goes by the hints of a request to the picker of a subset: one look-up per key, in maps nested by
 * value, because a map by all values at once would need a key object for each pick.
 */
final class SubsetPicker implements Picker {

  /** A declared set of keys; byFirstKey leads to maps, and for the last key to pickers. */
  static final class Declared {
    private final String[] keys;
    private final Map<String, Object> byFirstKey;
    private final boolean strict;

    Declared(String[] keys, Map<String, Object> byFirstKey, boolean strict) {
      this.keys = keys;
      this.byFirstKey = byFirstKey;
      this.strict = strict;
    }

    boolean isNamedBy(Map<String, String> hints) {
      for (String key : keys) {
        if (!hints.containsKey(key)) {
          return false;
        }
      }
      return true;
    }

    @Nullable Picker find(Map<String, String> hints) {
      Object found = byFirstKey;
      for (String key : keys) {
        if (!(found instanceof Map<?, ?> level)) {
          return null; // there is no such value
        }
        found = level.get(hints.get(key));
      }
      return (Picker) found;
    }
  }

  private final Declared[] mostSpecificFirst;
  private final @Nullable Picker fallback;

  SubsetPicker(Declared[] mostSpecificFirst, @Nullable Picker fallback) {
    this.mostSpecificFirst = mostSpecificFirst;
    this.fallback = fallback;
  }

  @Override
  public @Nullable Endpoint pick(RequestContext request, Exclusions excluded, long nowNanos) {
    Map<String, String> hints = request.hints();
    if (!hints.isEmpty()) {
      for (Declared declared : mostSpecificFirst) {
        if (declared.isNamedBy(hints)) {
          Picker picker = declared.find(hints);
          Endpoint picked = picker == null ? null : picker.pick(request, excluded, nowNanos);
          if (picked != null || declared.strict) {
            return picked;
          }
          break;
        }
      }
    }
    return fallback == null ? null : fallback.pick(request, excluded, nowNanos);
  }
}
