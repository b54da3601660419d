package dev.steelyard.lb.planted.deeper;

import dev.steelyard.lb.planted.Planted;

/** Closes a cycle between two packages. */
public class Deeper {
  Planted back;
}
