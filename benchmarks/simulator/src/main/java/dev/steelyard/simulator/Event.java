package dev.steelyard.simulator;

/** Something that happens at a virtual time. At one time, what was planned first happens first. */
abstract class Event {
  /** Where it is in the queue; -1 if it is not. Written by the queue. */
  int place = -1;

  abstract void run();

  final boolean isPlanned() {
    return place >= 0;
  }
}
