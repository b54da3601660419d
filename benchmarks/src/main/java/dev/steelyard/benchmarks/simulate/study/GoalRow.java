package dev.steelyard.benchmarks.simulate.study;

/**
 * A goal and what came of it.
 *
 * @param subject what is judged
 * @param goal what is wanted
 * @param found the computed value
 * @param isMet whether the value is what is wanted
 */
record GoalRow(String subject, String goal, String found, boolean isMet) {}
