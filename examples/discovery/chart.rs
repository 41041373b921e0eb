//! Tasks and sockets over time, plain and scoped in each panel, as an SVG.

use std::{
    error::Error,
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use indicatif::HumanCount;
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};

use crate::{log::Sample, measure::Reading, report::Report, workload::Record};

const SIZE: (u32, u32) = (960, 380);
const HEADER: u32 = 52;
const LEGEND: (i32, i32) = (616, 26);
const FONT: &str = "Helvetica, Arial, sans-serif";
const LINE: u32 = 3;
const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);
const GRID: RGBColor = RGBColor(0xe1, 0xe4, 0xe8);
/// Vermilion and blue of Okabe and Ito's palette, which colour-blind readers tell apart.
const LEAKY: RGBColor = RGBColor(0xd5, 0x5e, 0x00);
const SCOPED: RGBColor = RGBColor(0x00, 0x72, 0xb2);

/// A file that a chart will be drawn into.
#[derive(Debug)]
pub(crate) struct Chart {
    path: PathBuf,
    file: File,
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn Error>>;

impl Chart {
    /// Creates the file at once: that it cannot be written is worth knowing before the run.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| path.display().to_string())?;
        Ok(Self {
            path: path.into(),
            file,
        })
    }

    pub(crate) fn draw(mut self, report: &Report) -> anyhow::Result<()> {
        let mut svg = String::new();
        draw(
            &SVGBackend::with_string(&mut svg, SIZE).into_drawing_area(),
            report,
        )
        .map_err(|error| anyhow::anyhow!("the chart cannot be drawn: {error}"))?;
        // SVG's default is mitred: each small step of a long run would end in a spike.
        let svg = svg.replace("<polyline ", "<polyline stroke-linejoin=\"round\" ");
        self.file
            .write_all(svg.as_bytes())
            .with_context(|| self.path.display().to_string())
    }
}

fn draw(paper: &Area<'_>, report: &Report) -> Drawn {
    paper.fill(&WHITE)?;
    let (header, panels) = paper.split_vertically(HEADER);
    head(&header, report)?;
    let (tasks, sockets) = panels.split_horizontally(SIZE.0 / 2);
    panel(&tasks, report, "tasks alive", |reading| reading.tasks)?;
    panel(&sockets, report, "open sockets", |reading| reading.sockets)?;
    paper.present()?;
    Ok(())
}

/// The title, and the legend of both panels.
fn head(area: &Area<'_>, report: &Report) -> Drawn {
    let cycles = report.records().map(|run| run.cycles).max().unwrap_or(0);
    let title = format!(
        "The same services, {} cycles of checks and watches",
        HumanCount(cycles)
    );
    area.draw_text(&title, &text(19, INK, HPos::Left), (24, LEGEND.1))?;
    let (mut x, y) = LEGEND;
    for (name, colour, _) in lines(report) {
        let swatch = PathElement::new([(x, y), (x + 26, y)], colour.stroke_width(LINE));
        area.draw(&swatch)?;
        area.draw_text(name, &text(14, INK, HPos::Left), (x + 34, y))?;
        x += 160;
    }
    Ok(())
}

fn panel(area: &Area<'_>, report: &Report, title: &str, value: fn(&Reading) -> usize) -> Drawn {
    let samples = || report.records().flat_map(Record::samples);
    let seconds = samples()
        .map(|sample| sample.at.as_secs_f64())
        .fold(1.0, f64::max);
    let top = samples()
        .map(|sample| value(&sample.reading))
        .max()
        .unwrap_or(0);
    let mut chart = ChartBuilder::on(area)
        .caption(title, text(16, INK, HPos::Center))
        .margin(10)
        // Room for the last values, which are written beside the lines.
        .margin_right(58)
        .x_label_area_size(46)
        .y_label_area_size(56)
        // A tenth more than the highest value, so that no line runs along the frame.
        .build_cartesian_2d(0.0..seconds, 0..top + top / 10 + 1)?;
    chart
        .configure_mesh()
        .x_desc("seconds since the first cycle")
        .axis_desc_style(text(13, INK, HPos::Center))
        .label_style(text(13, INK, HPos::Center))
        .x_labels(8)
        .y_labels(6)
        .x_label_formatter(&|seconds| format!("{seconds:.0}"))
        .y_label_formatter(&|&count| HumanCount(count as u64).to_string())
        .disable_x_mesh()
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(INK.mix(0.4))
        .draw()?;
    for (_, colour, run) in lines(report) {
        let point = |sample: &Sample| (sample.at.as_secs_f64(), value(&sample.reading));
        let line = run.samples().iter().map(point);
        chart.draw_series(LineSeries::new(line, colour.stroke_width(LINE)))?;
        let last = HumanCount(value(&run.end()) as u64).to_string();
        let beside = Text::new(last, (8, -6), text(14, colour, HPos::Left));
        let end = run.samples().last().map(point);
        chart.draw_series(end.map(|end| EmptyElement::at(end) + beside))?;
    }
    Ok(())
}

/// The legend, the colour and the run of each mode.
fn lines(report: &Report) -> impl Iterator<Item = (&'static str, RGBColor, &Record)> {
    let leaky = report.leaky.iter().map(|run| ("plain tonic", LEAKY, run));
    leaky.chain(
        report
            .scoped
            .iter()
            .map(|run| ("with #[scoped]", SCOPED, run)),
    )
}

fn text(size: u32, colour: RGBColor, align: HPos) -> TextStyle<'static> {
    let style = (FONT, size).into_font().color(&colour);
    style.pos(Pos::new(align, VPos::Center))
}
