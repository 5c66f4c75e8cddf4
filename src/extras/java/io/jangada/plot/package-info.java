/// Pictures of what a bench measured.
package io.jangada.plot;
