package dev.steelyard.simulator;

import java.util.Arrays;

/**
 * Events in the order of their times: a heap of four children per node, which is half as high as
 * one of two, in three arrays, so that comparing touches no event. O(log n); an event knows its
 * place, so that one that is cancelled leaves at once: time limits of requests that were answered
 * would otherwise be most of the queue.
 */
final class EventQueue {
  private static final int CHILDREN = 4;

  private long[] times = new long[256];
  private long[] orders = new long[256];
  private Event[] events = new Event[256];
  private int size;
  private long planned;
  private long now;

  EventQueue(long startNanos) {
    this.now = startNanos;
  }

  long now() {
    return now;
  }

  int size() {
    return size;
  }

  /** How many events were ever planned. */
  long planned() {
    return planned;
  }

  /** When the next event happens; Long.MAX_VALUE if there is none. */
  long nextTime() {
    return size == 0 ? Long.MAX_VALUE : times[0];
  }

  /** Plans an event; more than 292 years from the origin of time is then, and never happens. */
  void planIn(long delayNanos, Event event) {
    long time = now + delayNanos;
    plan(time < now && delayNanos > 0 ? Long.MAX_VALUE : time, event);
  }

  /** Plans an event; a time that has passed means now. */
  void plan(long timeNanos, Event event) {
    if (size == times.length) {
      times = Arrays.copyOf(times, size * 2);
      orders = Arrays.copyOf(orders, size * 2);
      events = Arrays.copyOf(events, size * 2);
    }
    rise(size++, Math.max(timeNanos, now), planned++, event);
  }

  /** Takes an event back; does nothing if it is not planned. */
  void cancel(Event event) {
    int place = event.place;
    if (place < 0) {
      return;
    }
    event.place = -1;
    size--;
    long time = times[size];
    long order = orders[size];
    Event moved = events[size];
    clear(size);
    if (place < size) {
      if (place > 0 && isBefore(time, order, (place - 1) / CHILDREN)) {
        rise(place, time, order, moved);
      } else {
        sink(place, time, order, moved);
      }
    }
  }

  /** Lets time pass in which nothing happens: not beyond the next event. */
  void passTo(long timeNanos) {
    now = timeNanos;
  }

  /** Goes to the time of the next event and takes it out. There must be one. */
  Event next() {
    Event first = events[0];
    now = times[0];
    first.place = -1;
    size--;
    long time = times[size];
    long order = orders[size];
    Event moved = events[size];
    clear(size);
    if (size > 0) {
      sink(0, time, order, moved);
    }
    return first;
  }

  @SuppressWarnings("NullAway") // a place that is not in use
  private void clear(int place) {
    events[place] = null;
  }

  private void rise(int from, long time, long order, Event event) {
    int place = from;
    while (place > 0) {
      int parent = (place - 1) / CHILDREN;
      if (!isBefore(time, order, parent)) {
        break;
      }
      put(place, times[parent], orders[parent], events[parent]);
      place = parent;
    }
    put(place, time, order, event);
  }

  private void sink(int from, long time, long order, Event event) {
    int place = from;
    while (true) {
      int least = place * CHILDREN + 1;
      if (least >= size) {
        break;
      }
      int end = Math.min(least + CHILDREN, size);
      for (int child = least + 1; child < end; child++) {
        if (isBefore(times[child], orders[child], least)) {
          least = child;
        }
      }
      if (isBefore(time, order, least)) {
        break;
      }
      put(place, times[least], orders[least], events[least]);
      place = least;
    }
    put(place, time, order, event);
  }

  private boolean isBefore(long time, long order, int place) {
    return time < times[place] || (time == times[place] && order < orders[place]);
  }

  private void put(int place, long time, long order, Event event) {
    times[place] = time;
    orders[place] = order;
    events[place] = event;
    event.place = place;
  }
}
