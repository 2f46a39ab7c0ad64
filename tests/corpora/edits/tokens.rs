//! A small tokenizer.
use std::collections::HashMap;
use std::fmt;

#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    Number(f64),
    Word(&'a str),
    Quoted(String),
    Symbol(char),
}

/// Where a token stands.
#[derive(Debug, Default, Clone, Copy)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

pub const KEYWORDS: &[&str] = &["fn", "let", "match", "é"];

macro_rules! token {
    ($kind:ident, $value:expr) => {
        Some(Token::$kind($value))
    };
}

pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    counts: HashMap<&'a str, usize>,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Lexer { text, at: 0, counts: HashMap::new() }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    pub fn next(&mut self) -> Option<Token<'a>> {
        while self.peek()?.is_whitespace() {
            self.at += self.peek()?.len_utf8();
        }
        match self.peek()? {
            c if c.is_ascii_digit() => token!(Number, 1.0),
            '"' => token!(Quoted, r#"raw "text""#.to_string()),
            c => {
                self.at += c.len_utf8();
                token!(Symbol, c)
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line + 1, self.column + 1)
    }
}

mod tests {
    use super::*;

    #[test]
    fn counts_words() {
        let mut lexer = Lexer::new("a b a");
        assert_eq!(lexer.next(), Some(Token::Symbol('a')));
    }
}
