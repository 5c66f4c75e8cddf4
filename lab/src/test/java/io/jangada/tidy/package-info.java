/// The house rules as a test: it reads the compiled classes and the sources and fails the build
/// where a room uses one it may not, where the world's disorder leaks into a deterministic room, or
/// where something grew too large. Start reading at [io.jangada.tidy.TidyTest].
package io.jangada.tidy;
