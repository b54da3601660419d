package dev.steelyard.benchmarks.report;

import java.util.Map;

/**
 * When and how a section was measured.
 *
 * @param date the day
 * @param command what was typed
 * @param settings of JMH
 * @param machine what it was measured on
 */
record Sitting(String date, String command, String settings, Map<String, String> machine) {}
