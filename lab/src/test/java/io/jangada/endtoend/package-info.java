/// Real servers, each a process of its own, and what people and programs do to them.
package io.jangada.endtoend;
