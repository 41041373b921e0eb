//! What a run has shown: a table for people, one line of JSON for programs.

use comfy_table::{CellAlignment, Table, presets::ASCII_MARKDOWN};
use indicatif::{HumanBytes, HumanCount};
use serde::Serialize;

use crate::workload::Record;

/// The modes that were run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) leaky: Option<Record>,
    pub(crate) scoped: Option<Record>,
    pub(crate) pooled: Option<Record>,
}

impl Report {
    /// In the order of the columns.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> + Clone {
        [&self.leaky, &self.scoped, &self.pooled]
            .into_iter()
            .flatten()
    }

    pub(crate) fn table(&self) -> Table {
        let row = |name: &str, cell: &dyn Fn(&Record) -> String| {
            [name.to_owned()]
                .into_iter()
                .chain(self.records().map(cell))
                .collect::<Vec<_>>()
        };
        let count = |number: u64| HumanCount(number).to_string();
        let growth = |start: usize, end: usize| {
            format!("{} → {}", HumanCount(start as u64), HumanCount(end as u64))
        };
        let mut table = Table::new();
        table
            .load_preset(ASCII_MARKDOWN)
            .set_header(row("", &|run| run.mode.to_owned()));
        table.add_rows([
            row("cycles", &|run| count(run.cycles)),
            row("tasks alive", &|run| {
                growth(run.start().tasks, run.end().tasks)
            }),
            row("open sockets", &|run| {
                growth(run.start().sockets, run.end().sockets)
            }),
            row("connections made", &|run| count(run.connections)),
            row("time per client", &|run| {
                format!("{:.1?}", run.outcomes.client)
            }),
            row("resident memory", &|run| {
                let bytes = |reading: usize| HumanBytes(reading as u64);
                format!(
                    "{} → {}",
                    bytes(run.start().rss_bytes),
                    bytes(run.end().rss_bytes)
                )
            }),
            row("scopes at the end", &|run| {
                run.scopes_end
                    .map_or_else(|| "–".to_owned(), |scopes| count(scopes as u64))
            }),
            row("calls ok", &|run| count(run.outcomes.ok)),
            row("calls DEADLINE_EXCEEDED", &|run| {
                count(run.outcomes.deadline_exceeded)
            }),
            row("calls CANCELLED", &|run| count(run.outcomes.cancelled)),
            row("calls failed otherwise", &|run| count(run.outcomes.failed)),
            row("calls that never ended", &|run| {
                count(run.outcomes.unfinished)
            }),
        ]);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }

    pub(crate) fn json(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Modes {
            #[serde(skip_serializing_if = "Option::is_none")]
            leaky: Option<Numbers>,
            #[serde(skip_serializing_if = "Option::is_none")]
            scoped: Option<Numbers>,
            #[serde(skip_serializing_if = "Option::is_none")]
            pooled: Option<Numbers>,
        }
        serde_json::to_string(&Modes {
            leaky: self.leaky.as_ref().map(Numbers::of),
            scoped: self.scoped.as_ref().map(Numbers::of),
            pooled: self.pooled.as_ref().map(Numbers::of),
        })
    }
}

#[derive(Debug, Serialize)]
struct Numbers {
    tasks_start: usize,
    tasks_end: usize,
    sockets_start: usize,
    sockets_end: usize,
    rss_start_bytes: usize,
    rss_end_bytes: usize,
    cycles: u64,
    connections_made: u64,
    client_nanos: u128,
    calls_ok: u64,
    calls_deadline_exceeded: u64,
    calls_cancelled: u64,
    calls_failed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes_end: Option<usize>,
}

impl Numbers {
    fn of(run: &Record) -> Self {
        let (start, end) = (run.start(), run.end());
        Self {
            tasks_start: start.tasks,
            tasks_end: end.tasks,
            sockets_start: start.sockets,
            sockets_end: end.sockets,
            rss_start_bytes: start.rss_bytes,
            rss_end_bytes: end.rss_bytes,
            cycles: run.cycles,
            connections_made: run.connections,
            client_nanos: run.outcomes.client.as_nanos(),
            calls_ok: run.outcomes.ok,
            calls_deadline_exceeded: run.outcomes.deadline_exceeded,
            calls_cancelled: run.outcomes.cancelled,
            calls_failed: run.outcomes.failed,
            scopes_end: run.scopes_end,
        }
    }
}
