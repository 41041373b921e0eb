use std::{fs, path::Path};

use serde_json::Value;

/// What rustdoc knows of the crate.
pub(crate) struct Documented(Value);

/// One that is public, an inherent method or by itself: a trait's are documented there.
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    pub(crate) docs: &'a str,
    pub(crate) is_future: bool,
    /// It returns a `Result`, or its future yields one.
    pub(crate) is_fallible: bool,
}

impl Documented {
    pub(crate) fn read(json: &Path) -> Self {
        Self(serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap())
    }

    /// The code of all examples.
    pub(crate) fn examples(&self) -> String {
        let docs = self.items().filter_map(|item| item["docs"].as_str());
        let code = docs.flat_map(|docs| docs.split("```").skip(1).step_by(2));
        code.collect::<Vec<_>>().join("\n")
    }

    /// Those of the surface; rustdoc knows some that are hidden as well.
    pub(crate) fn functions(&self, surface: &[String]) -> Vec<Function<'_>> {
        let surface = surface.join("\n");
        let is_listed = |it: &Function<'_>| {
            let begins = ["(", "<"].map(|next| format!("::{}{next}", it.name));
            begins.iter().any(|it| surface.contains(it))
        };
        let functions = self.items().filter_map(Function::new);
        functions.filter(is_listed).collect()
    }

    fn items(&self) -> impl Iterator<Item = &Value> {
        self.0["index"].as_object().unwrap().values()
    }
}

impl<'a> Function<'a> {
    fn new(item: &'a Value) -> Option<Self> {
        let function = item["inner"].get("function")?;
        if item["visibility"] != "public" {
            return None;
        }
        let output = &function["sig"]["output"];
        let mentions = |name: &str| output.to_string().contains(&format!("{name}\""));
        let is_future = function["header"]["is_async"] == true || mentions("Future");
        let path = output["resolved_path"]["path"].as_str();
        let is_result = path.is_some_and(|path| path.ends_with("Result"));
        Some(Self {
            name: item["name"].as_str()?,
            docs: item["docs"].as_str().unwrap_or_default(),
            is_future,
            is_fallible: is_result || is_future && mentions("Result"),
        })
    }
}
