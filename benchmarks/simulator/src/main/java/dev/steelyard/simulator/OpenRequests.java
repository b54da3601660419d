package dev.steelyard.simulator;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Requests that have not ended, in the order in which they were sent; linked by themselves. */
final class OpenRequests {
  private @Nullable Request first;
  private @Nullable Request last;

  boolean isEmpty() {
    return first == null;
  }

  void add(Request request) {
    request.isOpen = true;
    request.before = last;
    if (last == null) {
      first = request;
    } else {
      last.after = request;
    }
    last = request;
  }

  /** Returns whether it was there. */
  boolean remove(Request request) {
    if (!request.isOpen) {
      return false;
    }
    Request before = request.before;
    Request after = request.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    forget(request);
    return true;
  }

  private static void forget(Request request) {
    request.isOpen = false;
    request.before = null;
    request.after = null;
  }

  void forEach(Consumer<Request> action) {
    for (Request each = first; each != null; each = each.after) {
      action.accept(each);
    }
  }

  void clear() {
    Request each = first;
    while (each != null) {
      Request after = each.after;
      forget(each);
      each = after;
    }
    first = null;
    last = null;
  }
}
