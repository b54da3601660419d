package dev.steelyard.benchmarks.simulate.study;

import java.io.IOException;

/** A part of the study: one question, the simulations that answer it, and what they found. */
interface StudyPart {

  /** What {@code --part} calls it, and its key in study.json. */
  String key();

  /** The heading of its section. */
  String title();

  /**
   * Simulates, and tells what came of it.
   *
   * @throws IOException if a file that it needs cannot be read
   */
  PartResult run(StudyContext context) throws IOException;
}
