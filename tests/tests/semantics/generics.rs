//! Generics, lifetimes, and futures that stay `Send`.

use std::{cell::Cell, fmt::Display, marker::PhantomData};

use super::harness::{Answer, Noisy, is_send, pause};

shape! {
    types_are_generic;
    annotated {
        async fn handler<T, U: Clone>(t: T, u: U) -> Answer<(U, String)>
        where
            T: Into<String>,
        {
            let text = t.into();
            pause().await;
            Ok((u.clone(), text))
        }
    }
    runs |run| run.drive(is_send(handler("text", 5_u64)))
}

shape! {
    constants_are_generic;
    annotated {
        async fn handler<const N: usize, T: Copy + Default>(from: [T; N]) -> Answer<[T; N]> {
            let mut to = [T::default(); N];
            pause().await;
            to.copy_from_slice(&from);
            Ok(to)
        }
    }
    runs |run| {
        run.drive(is_send(handler([1, 2, 3])));
        run.drive(handler::<0, u8>([]));
    }
}

shape! {
    the_result_borrows_from_a_named_lifetime;
    annotated {
        async fn handler<'a, 'b: 'a>(short: &'a str, long: &'b str) -> Answer<(&'a str, &'b str)> {
            pause().await;
            Ok(if short.len() > 3 { (short, long) } else { (long, long) })
        }
    }
    runs |run| {
        let long = String::from("long");
        run.drive(is_send(handler(&String::from("short"), &long)));
        run.drive(handler(&String::from("a"), &long));
    }
}

shape! {
    the_result_borrows_from_an_unnamed_lifetime;
    annotated {
        async fn handler(text: &mut String) -> Answer<&mut str> {
            text.push('!');
            pause().await;
            Ok(text.as_mut_str())
        }
    }
    runs |run| run.drive(is_send(handler(&mut String::from("text"))))
}

shape! {
    an_unnamed_lifetime_is_in_a_path;
    annotated {
        async fn handler(words: std::str::Split<'_, char>, _: &str) -> Answer<Vec<&'static str>> {
            let n = words.count();
            pause().await;
            Ok(vec!["word"; n])
        }
    }
    runs |run| run.drive(is_send(handler("a b c".split(' '), "")))
}

shape! {
    arguments_have_types_without_names;
    annotated {
        async fn handler(
            show: impl Display + Send,
            next: impl Fn(u8) -> u8,
            items: impl IntoIterator<Item = impl Into<u64>>,
        ) -> Answer<String> {
            let sum: u64 = items.into_iter().map(Into::into).sum();
            pause().await;
            Ok(format!("{show} {} {sum}", next(1)))
        }
    }
    runs |run| run.drive(is_send(handler("shown", |n| n + 1, [1_u8, 2, 3])))
}

shape! {
    the_result_has_a_type_without_a_name;
    annotated {
        async fn handler(n: u8, noisy: Noisy) -> Answer<impl Iterator<Item = u8>> {
            noisy.touch();
            pause().await;
            Ok((0..n).map(|n| n * 2))
        }
    }
    runs |run| run.drive_to(is_send(handler(3, Noisy("a"))), |doubled| {
        format!("{:?}", doubled.unwrap().collect::<Vec<_>>())
    })
}

shape! {
    a_method_of_a_generic_type_is_generic;
    annotated {
        impl<'a, T: Display, const N: usize> Wrapper<'a, T, N>
        where
            T: Sync,
        {
            async fn handler<U: From<&'a str>>(&self, more: U) -> Answer<(String, U, U, usize)> {
                pause().await;
                Ok((self.0.to_string(), U::from(self.1), more, N))
            }
        }
    }
    beside {
        struct Wrapper<'a, T, const N: usize>(T, &'a str);
    }
    runs |run| {
        run.drive(is_send(Wrapper::<_, 4>(1, "one").handler(String::from("more"))));
    }
}

shape! {
    a_future_that_stays_on_its_thread_may;
    annotated {
        async fn handler(count: std::rc::Rc<Cell<u8>>, by: &Cell<u8>) -> Answer<u8> {
            count.set(count.get() + by.get());
            pause().await;
            by.set(0);
            Ok(count.get())
        }
    }
    runs |run| run.drive(handler(std::rc::Rc::new(Cell::new(1)), &Cell::new(2)))
}

shape! {
    an_argument_need_not_be_shared_between_threads;
    annotated {
        async fn handler<T: Send>(cell: Cell<u8>, other: Cell<T>, n: T) -> Answer<T> {
            cell.set(cell.get() + 1);
            pause().await;
            cell.set(cell.get() * 2);
            Ok(other.replace(n))
        }
    }
    runs |run| run.drive(is_send(handler(Cell::new(1), Cell::new(2), cell_of::<u8>())))
}

fn cell_of<T: Default>() -> T {
    Cell::<T>::default().into_inner()
}

shape! {
    a_marker_is_an_argument;
    annotated {
        async fn handler<T: Default + Send>(_: PhantomData<T>) -> Answer<T> {
            pause().await;
            Ok(T::default())
        }
    }
    runs |run| run.drive(is_send(handler(PhantomData::<String>)))
}
