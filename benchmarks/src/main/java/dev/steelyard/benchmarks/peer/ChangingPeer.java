package dev.steelyard.benchmarks.peer;

/** A peer whose public API makes a change of its instances simple. */
interface ChangingPeer extends Peer {

  /** Lets the last instance come, or go. */
  void change(boolean there);
}
