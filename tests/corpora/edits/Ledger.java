package org.example.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import static java.util.Objects.requireNonNull;

/** Entries of one account. */
public final class Ledger<T extends Comparable<T>> implements Iterable<Ledger.Entry<T>> {
    public static final int MAX_ENTRIES = 1_000;
    private final List<Entry<T>> entries = new ArrayList<>();

    public enum Kind { DEBIT, CREDIT { @Override int sign() { return 1; } }; int sign() { return -1; } }

    public record Entry<T>(Kind kind, T amount, String note) {}

    interface Listener {
        void added(Entry<?> entry);
        default void cleared() { }
    }

    @Deprecated
    public Ledger(List<? extends Entry<T>> start) {
        entries.addAll(requireNonNull(start));
    }

    public List<Entry<T>> matching(Predicate<? super Entry<T>> wanted) {
        List<Entry<T>> found = new ArrayList<>();
        for (Entry<T> entry : entries) {
            if (wanted.test(entry)) { // "quoted" in a comment
                found.add(entry);
            }
        }
        return found;
    }

    @Override
    public java.util.Iterator<Entry<T>> iterator() {
        return new java.util.Iterator<>() {
            private int at = 0;
            public boolean hasNext() { return at < entries.size(); }
            public Entry<T> next() { return entries.get(at++); }
        };
    }

    static String text() {
        return """
            A text of
            several lines.
            """;
    }
}
