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

    /// Changes one place, each group being entered half of the time.
    fn once(&mut self, tokens: TokenStream) -> TokenStream {
        let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let place = self.random.below(tokens.len() + 1);
        // Bodies are long, and most of what is wrong with an item is in there.
        let group = tokens
            .iter()
            .rposition(|it| matches!(it, TokenTree::Group(_)));
        let place = if self.random.below(2) == 0 {
            place
        } else {
            group.unwrap_or(place)
        };
        if let Some(TokenTree::Group(group)) = tokens.get_mut(place)
            && self.random.below(4) > 0
        {
            *group = Group::new(group.delimiter(), self.once(group.stream()));
            return tokens.into_iter().collect();
        }
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
        tokens.into_iter().collect()
    }
}
