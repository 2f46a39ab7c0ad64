"""https to a real TLS server: what is wrong with a certificate is said, and the settings of a server's trust work."""
import os

import secure
import support


class Certificates(secure.Case):
    def setUp(self):
        super().setUp()
        self.make_authority("ours")

    def test_what_is_wrong_is_said_with_the_way_out(self):
        self.make_certificate("expired", "ours", days=-1)
        self.make_certificate("other-name", "ours", hosts="DNS:other.example.com")
        self.make_certificate("of-nobody")
        self.make_certificate("private", "ours")
        ports = self.start_nginx(["expired", "other-name", "of-nobody", "private"])
        rows = [("expired", True, ["has expired", "must renew it"]),
                ("other-name", True, ["is for another name", "model.url"]),
                ("of-nobody", False, ["signed by itself alone", "model.caFile"]),
                ("private", False, ["not trusted", "model.caFile"])]
        for name, trusted, words in rows:
            with self.subTest(name):
                self.name_server("127.0.0.1", ports[name], caFile=self.file("ours.pem") if trusted else "")
                self.assert_fails(f"https://127.0.0.1:{ports[name]}/v1/completions", *words)
                self.assertIn(words[0], self.hunch("doctor", status=1).stdout)
        self.assertNotIn("/v1/completions", self.read("access.log"))  # nobody got the key

    def test_an_authority_of_ones_own(self):
        self.make_certificate("private", "ours")
        self.make_certificate("of-nobody")
        ports = self.start_nginx(["private", "of-nobody"])
        self.name_server("127.0.0.1", ports["private"], caFile=self.file("ours.pem"))
        self.assert_answers()
        self.name_server("localhost", ports["of-nobody"], caFile=self.file("of-nobody.pem"))
        self.assert_answers()
        # It takes the place of the others: what one names for one server is no authority for another.
        self.name_server("127.0.0.1", ports["private"], caFile=self.file("of-nobody.pem"))
        self.assert_fails("not trusted")

    def test_a_model_s_file_from_a_server_of_a_private_authority(self):
        self.make_certificate("private", "ours")
        with open(self.file("small.gguf"), "wb") as file:
            file.write(bytes(range(256)) * 4096)
        ports = self.start_nginx(["private"], f"location /files/ {{ alias {self.temporary}/; }}")
        url = f"https://127.0.0.1:{ports['private']}/files/small.gguf"
        error = self.hunch("model", "setup", url, status=1).stderr
        self.assertIn("certificate", error)
        self.assertIn("--ca-file", error)
        self.assertIn("sha256", self.hunch("model", "setup", url, "--ca-file", self.file("ours.pem")).stdout)
        with open(os.path.join(self.environment["XDG_DATA_HOME"], "hunch/models/small.gguf"), "rb") as file:
            self.assertEqual(file.read(), bytes(range(256)) * 4096)

    def test_a_certificate_of_ours(self):
        self.make_certificate("private", "ours")
        self.make_certificate("me", "ours", hosts="email:me@example.com")
        ports = self.start_nginx(["private"], f"ssl_verify_client on; ssl_client_certificate {self.file('ours.pem')};")
        mine = {"certificateFile": self.file("me.pem"), "certificateKeyFile": self.file("me.key")}
        self.name_server("127.0.0.1", ports["private"], caFile=self.file("ours.pem"), **mine)
        self.assert_answers()
        self.assertIn(" 200 SUCCESS /v1/completions", self.read("access.log"))
        with open(self.file("both.pem"), "w", encoding="utf-8") as file:
            file.write(self.read("me.pem") + self.read("me.key"))
        os.chmod(self.file("both.pem"), 0o600)
        self.name_server("127.0.0.1", ports["private"], caFile=self.file("ours.pem"), certificateFile=self.file("both.pem"))
        self.assert_answers()
        self.name_server("127.0.0.1", ports["private"], caFile=self.file("ours.pem"))
        self.assert_fails("No required SSL certificate was sent", "model.certificateFile")
        self.name_server("127.0.0.1", self.start_strict_server(), caFile=self.file("ours.pem"))
        self.assert_fails("the server wants a certificate of ours", "model.certificateFile")

    def start_strict_server(self):
        """One that says in TLS itself that it wants a certificate."""
        port = support.free_port()
        self.start(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", self.file("private.pem"), "-key",
                    self.file("private.key"), "-CAfile", self.file("ours.pem"), "-Verify", "1", "-verify_return_error", "-quiet"],
                   port, "s_server.log")
        return port

    def test_files_of_no_use_are_named(self):
        self.make_certificate("private", "ours")
        self.make_certificate("me", "ours")
        self.make_certificate("open", "ours")
        os.chmod(self.file("open.key"), 0o644)
        self.openssl("ec", "-in", "me.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key")
        os.chmod(self.file("locked.key"), 0o600)
        ports = self.start_nginx(["private"])
        mine = {"certificateFile": self.file("me.pem")}
        rows = [({"caFile": self.file("nowhere.pem")}, ["model.caFile", "No such file"]),
                ({"caFile": "ours.pem"}, ["model.caFile is not a whole path"]),
                ({"caFile": self.temporary}, ["model.caFile", "not a regular file"]),
                ({"certificateKeyFile": self.file("me.key")}, ["model.certificateFile: name both"]),
                ({**mine, "certificateKeyFile": self.file("open.key")}, ["model.certificateKeyFile", "chmod 600"]),
                ({"certificateFile": self.file("open.key")}, ["model.certificateFile", "chmod 600"])]
        for settings, words in rows:
            with self.subTest(settings):
                self.name_server("127.0.0.1", ports["private"], **settings)
                told = self.hunch("complete", "src/bank.c:7:12", "--json")
                for word in words:
                    self.assertIn(word, told.stderr + told.stdout)
        rows = [({"caFile": self.file("ours.key")}, ["model.caFile must hold certificates"]),
                ({**mine, "certificateKeyFile": self.file("locked.key")}, ["passphrase"]),
                ({**mine, "certificateKeyFile": self.file("private.key")}, ["belong together"])]
        for settings, words in rows:
            with self.subTest(settings):
                self.name_server("127.0.0.1", ports["private"], **{"caFile": self.file("ours.pem"), **settings})
                self.assert_fails(*words)

    def test_insecure_is_a_choice_that_is_warned_of_at_each_start(self):
        self.make_certificate("expired", "ours", days=-1, hosts="DNS:other.example.com")
        ports = self.start_nginx(["expired"])
        self.name_server("127.0.0.1", ports["expired"], insecure=True)
        for _ in range(2):
            answer, printed = self.ask()
            self.assertEqual(answer["outcome"], "shown", answer)
            self.assertIn("model.insecure is set", printed)
        self.assertIn("model.insecure is set", self.hunch("doctor").stdout)

    def test_connections_are_kept_and_speak_http2_where_offered(self):
        self.make_certificate("private", "ours")
        for offered, spoken in (("http2", "HTTP/2.0"), ("", "HTTP/1.1")):
            with self.subTest(spoken):
                ports = self.start_nginx(["private"], http=offered)
                self.name_server("127.0.0.1", ports["private"], caFile=self.file("ours.pem"))
                self.complete_in_editor(3)
                lines = [line.split() for line in self.read("access.log").splitlines()]
                asked = [line for line in lines if line[0] == str(ports["private"]) and line[5] == "/v1/completions"]
                self.assertEqual([line[1] for line in asked], [spoken] * 3)
                self.assertEqual(len({line[2] for line in asked}), 1, "one connection for all")

    def complete_in_editor(self, times):
        client = self.ready()
        client.open("src/give.c", "#include \"account.h\"\n\nint give(struct account *to, int cents) {\n    return \n}\n")
        for _ in range(times):
            self.assertTrue(client.complete("src/give.c", 3, 11)["items"])
        client.close()


if __name__ == "__main__":
    secure.find_programs("openssl")
    support.main()
