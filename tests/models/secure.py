"""What the tests of https stand on: certificates good and bad, a real TLS server (nginx) before a model's, a real proxy (tinyproxy)."""
import json
import os
import shutil
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
import support  # noqa: E402

# 0.0.0.0 is this machine for the kernel, and any other host for Hunch: with it a test can go through a proxy.
ELSEWHERE = "0.0.0.0"
HOSTS = f"DNS:localhost,IP:127.0.0.1,IP:{ELSEWHERE}"
KEY = "sk-secret-0123456789"
ANSWER = "bank_fee(to) +"

NGINX = """
daemon off; master_process off; error_log {folder}/nginx.log; pid {folder}/nginx.pid;
events {{ }}
http {{
    log_format lines '$server_port $server_protocol $connection $status $ssl_client_verify $request_uri';
    access_log {folder}/access.log lines;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    proxy_buffering off; proxy_http_version 1.1;
    {servers}
}}
"""
SERVER = """
server {{ listen 127.0.0.1:{port} ssl {http}; ssl_certificate {folder}/{name}.pem; ssl_certificate_key {folder}/{name}.key;
    {more} location / {{ proxy_pass http://127.0.0.1:{model}; }} }}
"""


NGINX_PROGRAM = None


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def find_programs(*others):
    """Ends the whole test, with the reason, if what it needs cannot be had."""
    global NGINX_PROGRAM
    done = subprocess.run([os.path.join(os.path.dirname(os.path.abspath(__file__)), "fetch_nginx.sh")], stdout=subprocess.PIPE, text=True)
    if done.returncode == 77:
        skip("no nginx can be had here (the lines above say why)")
    done.check_returncode()
    NGINX_PROGRAM = done.stdout.strip()
    for program in others:
        if not shutil.which(program):
            skip(f"there is no {program} here; script/bootstrap --tests brings it")


def wait_for_port(port, process, log):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
        if process.poll() is not None:
            break
    with open(log, encoding="utf-8") as file:
        raise AssertionError(file.read())


class Case(support.Case):
    def setUp(self):
        super().setUp()
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
            self.environment.pop(name, None)
        self.environment["HUNCH_TEST_KEY"] = KEY

    def file(self, name):
        return os.path.join(self.temporary, name)

    def read(self, name):
        with open(self.file(name), encoding="utf-8") as file:
            return file.read()

    # --- certificates ---

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.temporary, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def make_authority(self, name):
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                     f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
        os.chmod(self.file(f"{name}.key"), 0o600)

    def make_certificate(self, name, authority=None, days=2, hosts=HOSTS):
        """NAME.pem and NAME.key; signed by itself if no authority is named."""
        signer = ["-CA", f"{authority}.pem", "-CAkey", f"{authority}.key"] if authority else ["-key", f"{name}.key"]
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
                     "-addext", f"subjectAltName={hosts}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-copy_extensions", "copy", "-days", str(days), "-out", f"{name}.pem",
                     *signer)
        os.chmod(self.file(f"{name}.key"), 0o600)

    # --- servers ---

    def start(self, command, port, log):
        with open(self.file(log), "a", encoding="utf-8") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        wait_for_port(port, process, self.file(log))

    def start_model(self):
        """A model's server in plain text, as stands behind nginx; gives its port."""
        server = subprocess.Popen([sys.executable, os.path.join(support.SOURCE, "tests/e2e/servers/completions.py"), "--text",
                                   f"{ANSWER} account_deposit(to, cents);", "--key", KEY], stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        return int(server.stdout.readline().split()[-1])

    def start_nginx(self, certificates, more="", http="http2"):
        """Before one model's server, a port for each certificate; gives {certificate: port}."""
        model, ports = self.start_model(), {}
        for name in certificates:
            ports[name] = support.free_port()
        servers = "".join(SERVER.format(port=port, folder=self.temporary, name=name, model=model, more=more, http=http)
                          for name, port in ports.items())
        with open(self.file("nginx.conf"), "w", encoding="utf-8") as file:
            file.write(NGINX.format(folder=self.temporary, servers=servers))
        self.start([NGINX_PROGRAM, "-p", self.temporary, "-c", self.file("nginx.conf")], ports[certificates[0]], "nginx.log")
        return ports

    def start_tinyproxy(self, user=None):
        port = support.free_port()
        with open(self.file("tinyproxy.conf"), "w", encoding="utf-8") as file:
            file.write(f"Port {port}\nListen 127.0.0.1\nLogFile \"{self.file('tinyproxy.log')}\"\nLogLevel Connect\nTimeout 60\n")
            if user:
                file.write(f"BasicAuth {user}\n")
        self.start(["tinyproxy", "-d", "-c", self.file("tinyproxy.conf")], port, "tinyproxy.out")
        return port

    # --- asking ---

    def name_server(self, host, port, **more):
        self.configure(json.dumps({"model": {"provider": "openai", "url": f"https://{host}:{port}", "name": "qwen2.5-coder",
                                             "keyEnvironment": "HUNCH_TEST_KEY", **more}, "fallback.builtIn": False, "log.level": "debug"}))

    def ask(self):
        """One completion: (the answer, all that was printed)."""
        done = self.hunch("complete", "src/bank.c:7:12", "--json", status=None)
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.assertTrue(done.stdout, done.stderr)
        return json.loads(done.stdout), done.stdout + done.stderr

    def assert_answers(self):
        answer, _ = self.ask()
        self.assertEqual(answer["outcome"], "shown", answer)
        self.assertEqual(answer["candidates"][0]["shown"], ANSWER)

    def assert_fails(self, *words):
        """In one line that says all these words."""
        answer, printed = self.ask()
        self.assertNotEqual(answer["outcome"], "shown", answer)
        self.assertNotIn("\n", answer["reason"])
        for word in words:
            self.assertIn(word, answer["reason"])
        return printed
