//! Rows of text in aligned columns.

/// The rows with each column but the last as wide as its widest cell.
pub(super) fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0_usize; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

/// The rows as a Markdown table below these titles.
pub(super) fn markdown<const N: usize>(titles: [&str; N], rows: &[[String; N]]) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut out = line(titles.map(str::to_owned).to_vec());
    out.push_str(&line(vec!["---".to_owned(); N]));
    for row in rows {
        out.push_str(&line(row.iter().map(|cell| cell.replace('|', "\\|")).collect()));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{aligned, markdown};

    #[test]
    fn a_table_for_documents_has_titles_and_no_stray_bars() {
        let rows = [["a", "b|c"].map(str::to_owned)];
        assert_eq!(markdown(["X", "Y"], &rows), "| X | Y |\n| --- | --- |\n| a | b\\|c |\n");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "bb", "c"], ["aaa", "", "cc"]].map(|row| row.map(str::to_owned));
        assert_eq!(aligned(&rows), "a    bb  c\naaa      cc\n");
        assert_eq!(aligned::<2>(&[]), "");
    }
}
