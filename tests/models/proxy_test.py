"""Proxies of the environment: a real one is asked for what is not this machine, and its password stands nowhere."""
import secure
import support

PASSWORD = "pr0xy-passw0rd"


class Proxies(secure.Case):
    def setUp(self):
        super().setUp()
        self.make_authority("ours")
        self.make_certificate("private", "ours")
        self.port = self.start_nginx(["private"])["private"]
        self.name_server(secure.ELSEWHERE, self.port, caFile=self.file("ours.pem"))

    def through(self, proxy, **more):
        self.environment.update(https_proxy=proxy, **more)

    def asked_proxy(self):
        return f"CONNECT {secure.ELSEWHERE}:{self.port}" in self.read("tinyproxy.log")

    def test_it_is_asked_and_sees_neither_key_nor_code(self):
        self.through(f"http://127.0.0.1:{self.start_tinyproxy()}")
        self.assert_answers()
        self.assertTrue(self.asked_proxy())
        log = self.read("tinyproxy.log")
        self.assertNotIn(secure.KEY, log)
        self.assertNotIn("/v1/completions", log)

    def test_user_and_password(self):
        port = self.start_tinyproxy(f"me {PASSWORD}")
        self.through(f"http://me:{PASSWORD}@127.0.0.1:{port}")
        self.assert_answers()
        for user in ("", "me:wr0ng-passw0rd@"):
            with self.subTest(user):
                self.through(f"http://{user}127.0.0.1:{port}")
                self.assertNotIn("wr0ng", self.assert_fails("the proxy wants a user name and a password", "https_proxy"))

    def test_its_password_stands_in_no_message(self):
        port = support.free_port()
        for proxy in (f"http://me:{PASSWORD}@127.0.0.1:{port}", f"http://me:{PASSWORD}@no.such.host.invalid:{port}",
                      f"nonsense://me:{PASSWORD}@127.0.0.1:{port}", f"http://me:{PASSWORD}@[127.0.0.1:{port}",
                      f"http://me:{PASSWORD}@127.0.0.1:999999"):
            with self.subTest(proxy):
                self.through(proxy)
                printed = self.assert_fails("https_proxy") + self.hunch("doctor", status=1).stdout
                self.assertNotIn(PASSWORD, printed)
                self.assertNotIn("127.0.0.1:8012", printed)

    def test_a_proxy_that_finds_no_way_is_named(self):
        self.through(f"http://127.0.0.1:{self.start_tinyproxy()}")
        self.name_server(secure.ELSEWHERE, support.free_port())
        self.assert_fails("the proxy does not let us through", "no_proxy")

    def test_no_proxy_names_who_is_asked_directly(self):
        self.through(f"http://127.0.0.1:{self.start_tinyproxy()}", no_proxy=f"example.com,{secure.ELSEWHERE}")
        self.assert_answers()
        self.assertFalse(self.asked_proxy())

    def test_this_machine_is_asked_directly(self):
        port = self.start_tinyproxy()
        self.through(f"http://127.0.0.1:{port}", http_proxy=f"http://127.0.0.1:{port}", all_proxy=f"http://127.0.0.1:{port}")
        for host in ("127.0.0.1", "localhost"):
            with self.subTest(host):
                self.name_server(host, self.port, caFile=self.file("ours.pem"))
                self.assert_answers()
        self.assertNotIn("Request", self.read("tinyproxy.log"))


if __name__ == "__main__":
    secure.find_programs("openssl", "tinyproxy")
    support.main()
