/// The laboratory's entry: the server's command line with `demo`, `sim`, `bench`, `tester` and
/// `torture` added, and the two of these that have no package of their own for people.
package io.jangada.lab;
