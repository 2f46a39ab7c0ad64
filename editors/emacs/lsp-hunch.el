;;; lsp-hunch.el --- Ghost text from the whole repository for lsp-mode  -*- lexical-binding: t; -*-

;; Author: The Hunch authors
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (lsp-mode "10.0.0"))
;; Keywords: languages, tools, convenience
;; URL: https://hunch.example/
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Hunch is a language server that reads a repository and proposes the rest of
;; what you type as grey text.  lsp-mode 10 has the client for it: it draws the
;; text, takes it, and shows the next one.  What is left for this file is to
;; start the server beside those of the language, to send the settings that you
;; made (and no others, so that your configuration file keeps its say), to show
;; the server's status, and a few commands.
;;
;; lsp-mode itself asks half a second after the last key at the earliest, which
;; is late for text that is read while typing.  In the buffers that Hunch serves
;; the question is therefore put from here, after `lsp-hunch-delay', and
;; lsp-mode's own is held back; everything else of lsp-mode keeps its pace.
;;
;; Nothing is bound but in the keymap that is active while grey text is shown,
;; and there only in buffers that Hunch serves.

;;; Code:

(require 'cl-lib)
(require 'easymenu)
(require 'lsp-mode)
(require 'lsp-inline-completion)
(require 'seq)
(require 'subr-x)

;;;; Settings

(defgroup lsp-hunch nil
  "Ghost text that knows the whole repository."
  :group 'lsp-mode
  :prefix "lsp-hunch-")

(defun lsp-hunch--set (symbol value)
  "Set the option SYMBOL to VALUE and tell running servers."
  (set-default symbol value)
  (when (featurep 'lsp-hunch)
    (lsp-hunch--send-settings)))

(defcustom lsp-hunch-command "hunch"
  "The program: its name or path, or a list of the whole command line."
  :type '(choice (file :tag "Program") (repeat :tag "Command line" string))
  :risky t)

(defcustom lsp-hunch-enabled 'default
  "Whether Hunch suggests anything."
  :type '(choice (const :tag "As the configuration file says" default)
                 (const :tag "On" t)
                 (const :tag "Off" nil))
  :set #'lsp-hunch--set)

(defcustom lsp-hunch-languages nil
  "Languages switched on or off, by their LSP names: ((\"markdown\" . nil))."
  :type '(alist :key-type (string :tag "Language") :value-type (boolean :tag "On"))
  :set #'lsp-hunch--set)

(defcustom lsp-hunch-settings nil
  "Other settings of the server by name: ((\"completion.maxLines\" . 4)).
A value of nil means false."
  :type '(alist :key-type (string :tag "Setting")
                :value-type (choice boolean number string))
  :set #'lsp-hunch--set)

(defcustom lsp-hunch-delay 0.1
  "Seconds without a key before ghost text is asked for."
  :type 'number)

(defun lsp-hunch--json-boolean (value)
  "VALUE as JSON knows it."
  (if value t :json-false))

(defun lsp-hunch--configuration ()
  "Section \"hunch\" of the configuration: what was really set."
  (let ((section (make-hash-table :test #'equal)))
    (pcase-dolist (`(,key . ,value) lsp-hunch-settings)
      (puthash key (or value :json-false) section))
    (unless (eq lsp-hunch-enabled 'default)
      (puthash "enabled" (lsp-hunch--json-boolean lsp-hunch-enabled) section))
    (when lsp-hunch-languages
      (let ((languages (make-hash-table :test #'equal)))
        (pcase-dolist (`(,language . ,on) lsp-hunch-languages)
          (puthash language (lsp-hunch--json-boolean on) languages))
        (puthash "languages" languages section)))
    section))

(defun lsp-hunch--answer-configuration (_workspace params)
  "Answer the request workspace/configuration, whose parameters are PARAMS."
  (vconcat (seq-map (lambda (item)
                      (when (equal (lsp-get item :section) "hunch")
                        (lsp-hunch--configuration)))
                    (lsp-get params :items))))

(defun lsp-hunch--send-settings ()
  "Make every running server ask for its settings again."
  (dolist (workspace (lsp--session-workspaces (lsp-session)))
    (when (lsp-hunch--ours-p workspace)
      (with-lsp-workspace workspace
        (lsp-notify "workspace/didChangeConfiguration"
                    `(:settings (:hunch ,(lsp-hunch--configuration))))))))

;;;; The server's life

(defconst lsp-hunch--crashes-allowed 5
  "So many ends within `lsp-hunch--crash-span' are answered by a new start.")
(defconst lsp-hunch--crash-span 180 "In seconds.")
(defvar lsp-hunch--crashes nil "When servers ended by themselves, latest first.")
(defvar lsp-hunch--told-missing nil "Whether the person knows that the program is missing.")

(defun lsp-hunch--ours-p (workspace)
  "Whether WORKSPACE is one of Hunch's."
  (eq 'hunch (lsp--client-server-id (lsp--workspace-client workspace))))

(defun lsp-hunch--workspace ()
  "The server that serves this buffer, or nil."
  (seq-find #'lsp-hunch--ours-p (lsp-workspaces)))

(defun lsp-hunch--tell-problem (format &rest arguments)
  "Tell, so that it stays on the screen, FORMAT filled in with ARGUMENTS."
  (display-warning 'lsp-hunch (apply #'format-message format arguments) :error))

(defun lsp-hunch--command-line ()
  "The command line of the server."
  (pcase lsp-hunch-command
    ((and program (pred stringp))
     (list (if (file-name-directory program) (expand-file-name program) program) "lsp"))
    (`(,program) (list program "lsp"))
    (line line)))

(defun lsp-hunch--program-found-p ()
  "Whether the program is there; if not, say so, once."
  (let ((program (car (lsp-hunch--command-line))))
    (cond ((executable-find program)
           (setq lsp-hunch--told-missing nil)
           t)
          ((not lsp-hunch--told-missing)
           (setq lsp-hunch--told-missing t)
           (lsp-hunch--tell-problem
            "The program \"%s\" was not found, so there is no ghost text.
Build it with script/run of Hunch, put (setq lsp-hunch-command \"/path/to/hunch/build/release/bin/hunch\")
into your init file, and open the file again." program)
           nil))))

(defun lsp-hunch--serves-file-p (file-name _mode)
  "Whether Hunch is for the current buffer, which visits FILE-NAME."
  (and file-name
       (not (file-remote-p file-name))
       (derived-mode-p 'prog-mode 'text-mode 'conf-mode)))

(defun lsp-hunch--after-exit (workspace)
  "Let lsp-mode start WORKSPACE again without a question, if it crashed.
A server that keeps crashing stays down."
  (when (and (lsp-hunch--ours-p workspace)
             (not (lsp--workspace-shutdown-action workspace))
             (not (eq lsp-restart 'ignore)))
    (let ((now (float-time)))
      (setq lsp-hunch--crashes
            (cons now (seq-filter (lambda (crash) (< (- now crash) lsp-hunch--crash-span))
                                  lsp-hunch--crashes)))
      (if (<= (length lsp-hunch--crashes) lsp-hunch--crashes-allowed)
          (setf (lsp--workspace-shutdown-action workspace) 'restart)
        (setf (lsp--workspace-shutdown-action workspace) 'shutdown)
        (lsp-hunch--tell-problem
         "The server ended %d times within %d minutes and is not started again by itself.
M-x lsp-hunch-log shows its last words, M-x lsp-hunch-restart starts it."
         (length lsp-hunch--crashes) (/ lsp-hunch--crash-span 60))))))

;;;; Status

(easy-menu-define lsp-hunch-menu nil
  "Menu of the status in the mode line."
  '("Hunch"
    ["On or off" lsp-hunch-toggle]
    ["On or off for this language" lsp-hunch-toggle-language]
    ["Status" lsp-hunch-status]
    ["Why this suggestion, or none" lsp-hunch-why]
    ["Restart the server" lsp-hunch-restart]
    ["Log" lsp-hunch-log]))

(defvar lsp-hunch--mode-line-map
  (let ((map (make-sparse-keymap)))
    (define-key map [mode-line down-mouse-1] lsp-hunch-menu)
    map)
  "Keymap of the status in the mode line.")

(defun lsp-hunch--last-status (workspace)
  "The last status of WORKSPACE, or nil."
  (gethash "hunch/status" (lsp--workspace-metadata workspace)))

(defun lsp-hunch--short-status (status)
  "STATUS, the server's, in a word or two."
  (pcase (lsp-get status :state)
    ((or "starting" "loading") "Hunch...")
    ("indexing" (let* ((index (lsp-get status :index))
                       (total (or (lsp-get index :total) 0)))
                  (if (zerop total)
                      "Hunch..."
                    (format "Hunch %d%%%%" (/ (* 100 (lsp-get index :files)) total)))))
    ("disabled" "Hunch off")
    ((or "warning" "error") "Hunch!")
    (_ "Hunch")))

(defun lsp-hunch--on-status (workspace status)
  "Remember STATUS of WORKSPACE and show it."
  (puthash "hunch/status" status (lsp--workspace-metadata workspace))
  (force-mode-line-update t))

(defun lsp-hunch--mode-line ()
  "The status for the mode line of this buffer, if a server serves it."
  (when-let* ((workspace (lsp-hunch--workspace))
              (status (lsp-hunch--last-status workspace)))
    (concat (propertize (lsp-hunch--short-status status)
                        'help-echo (lsp-get status :text)
                        'mouse-face 'mode-line-highlight
                        'local-map lsp-hunch--mode-line-map)
            " ")))

;;;; Ghost text

(defvar-local lsp-hunch--timer nil "Runs when a pause in typing is long enough.")

(defun lsp-hunch--typing-p ()
  "Whether ghost text would not be in the way."
  (and lsp-inline-completion-mode
       (lsp-hunch--workspace)
       (not (bound-and-true-p completion-in-region-mode))
       (not (seq-some #'funcall (remq #'lsp-hunch--workspace lsp-inline-completion-inhibit-predicates)))))

(defun lsp-hunch--ask (buffer)
  "Show ghost text if BUFFER is still the one being typed into."
  (when (eq buffer (window-buffer))
    (with-current-buffer buffer
      (when (lsp-hunch--typing-p)
        (lsp-inline-completion-display 'implicit)))))

(defun lsp-hunch--after-change (start end _length)
  "Ask for ghost text soon if the change from START to END is at the cursor."
  (when lsp-hunch--timer
    (cancel-timer lsp-hunch--timer))
  (when (and (<= start (point) end)
             (not undo-in-progress)
             (not lsp--revert-buffer-in-progress))
    (setq lsp-hunch--timer
          (run-with-idle-timer lsp-hunch-delay nil #'lsp-hunch--ask (current-buffer)))))

(defun lsp-hunch--set-up-buffer ()
  "Put the question for ghost text from here, not from lsp-mode's slower timer."
  (add-hook 'after-change-functions #'lsp-hunch--after-change nil t)
  (setq-local lsp-inline-completion-inhibit-predicates
              (cl-adjoin #'lsp-hunch--workspace lsp-inline-completion-inhibit-predicates)))

(defun lsp-hunch--item ()
  "The suggestion that is shown."
  (elt lsp-inline-completion--items lsp-inline-completion--current))

(defun lsp-hunch--rest ()
  "The ghost text right of the cursor; nil if it would change the text before."
  (let* ((item (lsp-hunch--item))
         (text (lsp-get item :insertText))
         (start (lsp--position-to-point (lsp-get (lsp-get item :range) :start)))
         (typed (buffer-substring-no-properties start (point))))
    (when (string-prefix-p typed text)
      (substring text (length typed)))))

(defun lsp-hunch--given-way (rest)
  "Where the text ends that gives way when REST is left of the suggestion.
What REST still says stays, in the same order, from its end on."
  (let ((end (lsp--position-to-point (lsp-get (lsp-get (lsp-hunch--item) :range) :end)))
        (from (length rest)))
    (while (and (> end (point)) (> from 0))
      (setq from (1- from))
      (when (eq (char-before end) (aref rest from))
        (setq end (1- end))))
    (max end (point))))

(defun lsp-hunch--accept-head (regexp)
  "Take what REGEXP matches at the beginning of the ghost text, and ask for more."
  (unless (lsp-inline-completion--active-p)
    (user-error "No ghost text is shown"))
  (goto-char lsp-inline-completion--start-point)
  (let* ((rest (lsp-hunch--rest))
         (head (and rest (string-match regexp rest) (match-string 0 rest))))
    (if (member head (list nil rest))
        (lsp-inline-completion-accept)
      (let ((end (lsp-hunch--given-way (substring rest (length head)))))
        (lsp-inline-completion-cancel)
        (delete-region (point) end))
      (insert head)
      (lsp-inline-completion-display 'implicit))))

(defun lsp-hunch-accept-word ()
  "Take the next word of the ghost text."
  (interactive)
  (lsp-hunch--accept-head "\\`[[:space:]\n]*\\(?:\\(?:\\sw\\|_\\)+\\|[^[:space:]\n]\\)"))

(defun lsp-hunch-accept-line ()
  "Take the next line of the ghost text."
  (interactive)
  (lsp-hunch--accept-head "\\`\n?.*"))

(defun lsp-hunch--did-accept (action)
  "Tell the server of ACTION, and it alone; servers of the language do not know it."
  (with-lsp-workspace (lsp-hunch--workspace)
    (lsp-request-async "workspace/executeCommand"
                       (list :command (lsp-get action :command)
                             :arguments (lsp-get action :arguments))
                       #'ignore
                       :mode 'detached)))

(defun lsp-hunch--bind (key command condition)
  "While ghost text is shown, let KEY run COMMAND under CONDITION.
Else KEY means what it meant before."
  (define-key lsp-inline-completion-active-map (kbd key)
              `(menu-item "" ,command
                          :filter ,(lambda (command) (and (funcall condition) command)))))

(defun lsp-hunch--several-p ()
  "Whether there is a next suggestion, or the keymap is none of our business."
  (or (not (lsp-hunch--workspace))
      (length> lsp-inline-completion--items 1)))

(defun lsp-hunch--set-up-keys ()
  "Give lsp-mode's keymap of ghost text keys that terminals have.
Its own \\`C-n' and \\`C-p' go on moving the cursor when there is one suggestion only."
  (lsp-hunch--bind "TAB" #'lsp-inline-completion-accept #'lsp-hunch--workspace)
  (lsp-hunch--bind "<tab>" #'lsp-inline-completion-accept #'lsp-hunch--workspace)
  (lsp-hunch--bind "M-f" #'lsp-hunch-accept-word #'lsp-hunch--workspace)
  (lsp-hunch--bind "M-e" #'lsp-hunch-accept-line #'lsp-hunch--workspace)
  (pcase-dolist (`(,key . ,command) '(("C-n" . lsp-inline-completion-next)
                                      ("C-p" . lsp-inline-completion-prev)))
    (when (eq command (lookup-key lsp-inline-completion-active-map (kbd key)))
      (lsp-hunch--bind key command #'lsp-hunch--several-p))))

;; lsp-mode takes ghost text away before every command that does not say this.
(put 'lsp-hunch-accept-word 'lsp-inline-completion-keep t)
(put 'lsp-hunch-accept-line 'lsp-inline-completion-keep t)

;;;; Commands

(defun lsp-hunch--workspace-or-error ()
  "The server of this buffer; an error with the way out if there is none."
  (or (lsp-hunch--workspace)
      (user-error (if (buffer-file-name)
                      "Hunch does not run in this buffer; \
M-x lsp starts it, M-x lsp-hunch-log says why it ended"
                    "Hunch does not run in this buffer: lsp-mode serves files only; \
C-x C-w makes it one"))))

(defun lsp-hunch--show-answer (method params)
  "Show the text for people in the answer to the request METHOD with PARAMS."
  (let* ((answer (with-lsp-workspace (lsp-hunch--workspace-or-error)
                   (lsp-request method params)))
         (window (display-message-or-buffer (lsp-get answer :text) "*Hunch*")))
    (when (windowp window) ; too long for the echo area
      (with-current-buffer (window-buffer window)
        (special-mode)))))

;;;###autoload
(defun lsp-hunch-toggle ()
  "Switch Hunch off, or on again."
  (interactive)
  (setq lsp-hunch-enabled
        (if (eq lsp-hunch-enabled 'default)
            (equal (lsp-get (lsp-hunch--last-status (lsp-hunch--workspace-or-error)) :state) "disabled")
          (not lsp-hunch-enabled)))
  (lsp-hunch--send-settings)
  (message "Hunch is %s" (if lsp-hunch-enabled "on" "off; M-x lsp-hunch-toggle switches it on again")))

;;;###autoload
(defun lsp-hunch-toggle-language ()
  "Switch Hunch off for the language of this buffer, or on again."
  (interactive)
  (lsp-hunch--workspace-or-error)
  (let* ((language (lsp-buffer-language))
         (status (lsp-hunch--last-status (lsp-hunch--workspace)))
         (elsewhere (not (seq-contains-p (lsp-get status :languagesOff) language)))
         (on (not (alist-get language lsp-hunch-languages elsewhere nil #'equal))))
    (setf (alist-get language lsp-hunch-languages nil nil #'equal) on)
    (lsp-hunch--send-settings)
    (message "Hunch is %s for %s" (if on "on" "off") language)))

;;;###autoload
(defun lsp-hunch-status ()
  "Show how Hunch is."
  (interactive)
  (lsp-hunch--show-answer "hunch/status" nil))

;;;###autoload
(defun lsp-hunch-why ()
  "Show where the last ghost text of this buffer came from, or why there was none."
  (interactive)
  (lsp-hunch--workspace-or-error)
  (lsp-hunch--show-answer "hunch/why" (list :textDocument (lsp--text-document-identifier))))

;;;###autoload
(defun lsp-hunch-restart ()
  "Start the server of this buffer again."
  (interactive)
  (setq lsp-hunch--crashes nil
        lsp-hunch--told-missing nil)
  (if-let* ((workspace (lsp-hunch--workspace)))
      (lsp-workspace-restart workspace)
    (lsp)))

;;;###autoload
(defun lsp-hunch-log ()
  "Show what the server wrote to its log."
  (interactive)
  (if-let* ((log (get-buffer "*hunch::stderr*")))
      (display-buffer log)
    (user-error "Hunch was not started yet; M-x lsp starts it")))

;;;; Registration

(add-hook 'lsp-after-uninitialized-functions #'lsp-hunch--after-exit)
(add-to-list 'mode-line-misc-info '(:eval (lsp-hunch--mode-line)) 'append)
(lsp-hunch--set-up-keys)

;; One server for each root: a server indexes one repository.
(lsp-register-client
 (make-lsp-client
  :server-id 'hunch
  :new-connection (lsp-stdio-connection #'lsp-hunch--command-line #'lsp-hunch--program-found-p)
  :activation-fn #'lsp-hunch--serves-file-p
  :add-on? t
  :multi-root nil
  :priority -3
  :completion-in-comments? t
  :after-open-fn #'lsp-hunch--set-up-buffer
  :action-handlers (lsp-ht ("hunch.didAccept" #'lsp-hunch--did-accept))
  :request-handlers (lsp-ht ("workspace/configuration" #'lsp-hunch--answer-configuration))
  :notification-handlers (lsp-ht ("hunch/status" #'lsp-hunch--on-status))))

(provide 'lsp-hunch)
;;; lsp-hunch.el ends here
