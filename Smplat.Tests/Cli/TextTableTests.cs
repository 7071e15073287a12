using FsCheck;
using FsCheck.Fluent;
using Smplat.Cli;

namespace Smplat.Tests.Cli;

/// <summary>Tables fit their terminal, lose nothing and never break an id.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class TextTableTests
{
    private const string Id = "0198f000-0000-7000-8000-000000000042";

    [Test]
    public void Columns_that_do_not_fit_beside_the_others_stand_below_their_row()
    {
        var table = new TextTable("none", "task", "type", "order", "failed at", "#attempts", "~last error")
            .Add(Id, "campaign_optimization", "SM000123 (on_hold)", "2026-11-30 16:11:32Z", "12", "the provider answered 503 and asked to try again later");

        Assert.That(table.Render(80), Is.EqualTo(new[]
        {
            "TASK                                  TYPE                   ORDER",
            $"{Id}  campaign_optimization  SM000123 (on_hold)",
            "    failed at: 2026-11-30 16:11:32Z",
            "    attempts: 12",
            "    last error: the provider answered 503 and asked to try again later",
        }));
        Assert.That(table.Render(240).Count(), Is.EqualTo(2), "one line a row where there is room");
    }

    [Test]
    public void Free_text_is_wrapped_between_words_while_it_has_room()
    {
        var table = new TextTable("none", "job", "~purpose").Add("weekly-digest", "Sends weekly digests to the people who want them.");

        Assert.That(table.Render(40), Is.EqualTo(new[]
        {
            "JOB            PURPOSE",
            "weekly-digest  Sends weekly digests to",
            "               the people who want them.",
        }));
    }

    [Test]
    public void A_table_without_rows_is_a_sentence() =>
        Assert.That(new TextTable("There are no jobs.", "job").Render(80), Is.EqualTo(new[] { "There are no jobs." }));

    [Test]
    public void A_cell_cannot_break_the_table_or_the_terminal() =>
        Assert.That(new TextTable("", "#n", "text").Add("7", "two\nlines\u001b[31m").Render(80), Is.EqualTo(new[] { "N  TEXT", "7  two lines [31m" }));

    [Test]
    public void Every_line_fits_and_every_word_is_whole()
    {
        var cases =
            from width in Gen.Choose(40, 120)
            from rows in Gen.Choose(0, 60).ArrayOf()
            select (width, rows);
        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            var table = new TextTable("none", "id", "~error", "status", "#attempts");
            foreach (var words in given.rows)
            {
                table.Add(Id, string.Join(' ', Words(words)), "dead", "7");
            }

            string[] lines = [.. table.Render(given.width)];
            return lines.All(line => line.Length <= given.width)
                && lines.Count(line => line.Contains(Id, StringComparison.Ordinal)) == given.rows.Length
                && lines.Sum(line => line.Count(letter => letter == 'x')) == given.rows.Sum(row => Words(row).Sum(word => word.Length));
        }).Check(Config.QuickThrowOnFailure);

        static IEnumerable<string> Words(int count) => Enumerable.Range(0, count).Select(word => new string('x', 1 + (word % 9)));
    }
}
