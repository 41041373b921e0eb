//! Real handlers with a few tokens changed.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::random::Random;

pub(super) struct Mutate<'a> {
    pub(super) pool: &'a [TokenTree],
    pub(super) random: Random,
}

impl Mutate<'_> {
    pub(super) fn times(&mut self, tokens: &TokenStream, times: [usize; 4]) -> TokenStream {
        let mut tokens = tokens.clone();
        for _ in 0..times[self.random.below(4)] {
            tokens = self.once(tokens);
        }
        tokens
    }

    /// Changes one place, any of them as likely as any other.
    fn once(&mut self, tokens: TokenStream) -> TokenStream {
        let at = self.random.below(size(&tokens) + 1);
        self.at(tokens, at)
    }

    fn at(&mut self, tokens: TokenStream, mut at: usize) -> TokenStream {
        let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut place = tokens.len();
        for (index, token) in tokens.iter_mut().enumerate() {
            if at == 0 {
                place = index;
                break;
            }
            at -= 1;
            if let TokenTree::Group(group) = token {
                let inside = size(&group.stream());
                if at < inside {
                    *group = Group::new(group.delimiter(), self.at(group.stream(), at));
                    return tokens.into_iter().collect();
                }
                at -= inside;
            }
        }
        self.change(&mut tokens, place);
        tokens.into_iter().collect()
    }

    fn change(&mut self, tokens: &mut Vec<TokenTree>, place: usize) {
        let other = self.pool[self.random.below(self.pool.len())].clone();
        match self.random.below(6) {
            0 if place < tokens.len() => drop(tokens.remove(place)),
            1 if place < tokens.len() => tokens.insert(place, tokens[place].clone()),
            2 if place < tokens.len() => tokens[place] = other,
            3 if place + 1 < tokens.len() => tokens.swap(place, place + 1),
            4 => {
                let end = (place + self.random.below(4)).min(tokens.len());
                let inner = tokens.drain(place..end).collect();
                let delimiters = [
                    Delimiter::Parenthesis,
                    Delimiter::Brace,
                    Delimiter::Bracket,
                    Delimiter::None,
                ];
                let delimiter = delimiters[self.random.below(4)];
                tokens.insert(place, Group::new(delimiter, inner).into());
            }
            _ => tokens.insert(place, other),
        }
    }
}

/// Of a token tree: the tokens in it, each group being one more.
fn size(tokens: &TokenStream) -> usize {
    let of = |token| match token {
        TokenTree::Group(group) => 1 + size(&group.stream()),
        _ => 1,
    };
    tokens.clone().into_iter().map(of).sum()
}
