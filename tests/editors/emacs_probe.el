;;; emacs_probe.el --- What the tests ask a running Emacs  -*- lexical-binding: t; -*-

;; A socket of its own, whose path is $HUNCH_EDITOR_PROBE: a test writes one
;; form on a line and gets its value as JSON.  Forms run between keys, in the
;; buffer of the file that is edited, whatever window is selected; they press
;; nothing and leave the command loop alone.

(require 'seq)

;; Two things of Emacs that have nothing to do with Hunch and hold a test up:
;; a hint after every M-x takes two seconds, and the C checker that comes with
;; Flymake fails without a Makefile, upon which Emacs forgets the keys typed
;; ahead.
(setq suggest-key-bindings nil)
(add-hook 'c-mode-hook (lambda () (remove-hook 'flymake-diagnostic-functions #'flymake-cc t)))

(defun probe-answer (text)
  "The value of the form in TEXT, or its error, as JSON."
  (condition-case problem
      (with-current-buffer (or (seq-find #'buffer-file-name (buffer-list)) (current-buffer))
        (json-serialize (list :value (or (eval (car (read-from-string text)) t) :null)) :null-object :null))
    (error (json-serialize (list :error (error-message-string problem))))))

(defun probe-filter (connection text)
  "Collect TEXT of CONNECTION; answer at the end of the line and hang up."
  (let ((so-far (concat (process-get connection 'text) text)))
    (process-put connection 'text so-far)
    (when (string-suffix-p "\n" so-far)
      (process-send-string connection (probe-answer (decode-coding-string so-far 'utf-8)))
      (delete-process connection))))

(make-network-process :name "probe" :server t :family 'local :service (getenv "HUNCH_EDITOR_PROBE")
                      :coding 'binary :noquery t :filter #'probe-filter)

(defun probe-text (buffer)
  "The text of BUFFER, which need not be there."
  (if (get-buffer buffer)
      (with-current-buffer buffer
        (save-restriction
          (widen)
          (buffer-substring-no-properties (point-min) (point-max))))
    ""))

(defun probe-ghost ()
  "The grey text right of the cursor: lsp-mode's overlay without what is typed already."
  (if (not (overlayp (bound-and-true-p lsp-inline-completion--overlay)))
      ""
    (let* ((overlay lsp-inline-completion--overlay)
           (text (concat (overlay-get overlay 'display) (overlay-get overlay 'after-string)))
           (typed (buffer-substring-no-properties (overlay-start overlay) lsp-inline-completion--start-point)))
      (substring-no-properties text (if (string-prefix-p typed text) (length typed) 0)))))

(defun probe-take-word (text covered)
  "Show TEXT, in place of COVERED characters right of the cursor, and take a word of it."
  (let ((line (1- (line-number-at-pos)))
        (column (- (point) (pos-bol))))
    (setq lsp-inline-completion--items
          (list (lsp-make-inline-completion-item
                 :insert-text text
                 :range (lsp-make-range :start (lsp-make-position :line line :character column)
                                        :end (lsp-make-position :line line :character (+ column covered)))))
          lsp-inline-completion--current 0
          lsp-inline-completion--start-point (point)))
  (lsp-inline-completion-show-overlay)
  (lsp-hunch-accept-word)
  t)

(defun probe-asking-p ()
  "Whether a pause in typing is still to be answered by a question for ghost text."
  (and (memq (bound-and-true-p lsp-hunch--timer) timer-idle-list) t))

(defun probe-close (buffer)
  "Close BUFFER and its window, as `q' would."
  (when (get-buffer-window buffer)
    (quit-window t (get-buffer-window buffer)))
  (when (get-buffer buffer)
    (kill-buffer buffer)))

(defun probe-hide ()
  "Leave no ghost text and no question for it."
  (when (timerp (bound-and-true-p lsp-hunch--timer))
    (cancel-timer lsp-hunch--timer))
  (when (fboundp 'lsp-inline-completion-cancel)
    (lsp-inline-completion-cancel)))

(defun probe-go (text)
  "Put the cursor at the end of the first line that contains TEXT."
  (probe-hide)
  (goto-char (point-min))
  (search-forward text)
  (end-of-line)
  (set-window-point (get-buffer-window) (point)))

(defun probe-revert ()
  "Bring the file back to what is on disk."
  (probe-hide)
  (when (buffer-modified-p)
    (revert-buffer t t t))
  (probe-hide)
  t)

(defvar probe-pressed 0.0 "When the last command began.")
(defvar probe-shown 0.0 "When ghost text was shown last.")
(defvar probe-answered nil "Whether a question for ghost text was answered since `probe-prepare'.")
(add-hook 'pre-command-hook (lambda () (setq probe-pressed (float-time))))
(add-hook 'lsp-inline-completion-shown-hook (lambda () (setq probe-shown (float-time))))
(advice-add 'lsp-inline-completion-display :after (lambda (&rest _) (setq probe-answered t)))

(defun probe-prepare (n text)
  "On a new line below the N-th statement of the file, put TEXT that nobody asks about."
  (probe-revert)
  (goto-char (point-min))
  (unless (search-forward ";\n" nil t (1+ (mod n (how-many ";$" (point-min)))))
    (error "No statement in this file"))
  (backward-char)
  (insert "\n    " text)
  (set-window-point (get-buffer-window) (point))
  (probe-hide)
  (setq probe-answered nil)
  t)

(defun probe-latency ()
  "Milliseconds from the last key to its ghost text, null if there was nothing to show; nil before the answer."
  (when probe-answered
    (list :milliseconds (if (> probe-shown probe-pressed) (* 1000 (- probe-shown probe-pressed)) :null))))

;;; emacs_probe.el ends here
