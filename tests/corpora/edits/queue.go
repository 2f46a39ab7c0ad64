// Package queue keeps jobs in the order of their deadlines.
package queue

import (
	"container/heap"
	"errors"
	"time"
)

// ErrClosed is returned after Close.
var ErrClosed = errors.New("queue: closed")

const defaultLimit = 64

type Job struct {
	Name     string
	Deadline time.Time
	run      func() error
}

type jobHeap []*Job

func (h jobHeap) Len() int           { return len(h) }
func (h jobHeap) Less(i, j int) bool { return h[i].Deadline.Before(h[j].Deadline) }
func (h jobHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *jobHeap) Push(x any)        { *h = append(*h, x.(*Job)) }
func (h *jobHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}

type Queue[T any] struct {
	jobs   jobHeap
	limit  int
	closed bool
	seen   map[string]T
}

// Add puts a job in; it fails when the queue is full.
func (q *Queue[T]) Add(name string, in time.Duration, run func() error) error {
	if q.closed {
		return ErrClosed
	}
	if q.limit == 0 {
		q.limit = defaultLimit
	}
	heap.Push(&q.jobs, &Job{name, time.Now().Add(in), run})
	return nil
}

func (q *Queue[T]) Next() (*Job, bool) {
	switch {
	case q.closed, len(q.jobs) == 0:
		return nil, false
	default:
		return heap.Pop(&q.jobs).(*Job), true
	}
}
