using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Platform.Input;

namespace Smplat.Tests.Platform.Input;

public sealed class SpreadsheetCellTests
{
    [TestCase(null, "")]
    [TestCase("", "")]
    [TestCase("plain", "plain")]
    [TestCase("a,b", "\"a,b\"")]
    [TestCase("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [TestCase("line\nbreak", "\"line\nbreak\"")]
    [TestCase("=1+1", "'=1+1")]
    [TestCase("+1", "'+1")]
    [TestCase("-1", "'-1")]
    [TestCase("@SUM(A1)", "'@SUM(A1)")]
    [TestCase("  =1", "'  =1")]
    [TestCase("\t=1", "'\t=1")]
    [TestCase("\r=1", "\"'\r=1\"")]
    [TestCase("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"")]
    [TestCase("1-2", "1-2")]
    public void A_cell_is_always_text(string? text, string expected) =>
        Assert.That(SpreadsheetCell.Escape(text), Is.EqualTo(expected));

    [Test]
    public void A_csv_parser_gets_the_text_back_and_never_a_formula() => Prop
        .ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            var read = Unquote(SpreadsheetCell.Escape(text));
            return (read == (text ?? "") || read == "'" + text) && read.TrimStart() is not ['=' or '+' or '-' or '@', ..];
        })
        .QuickCheckThrowOnFailure();

    private static string Unquote(string cell) =>
        cell.StartsWith('"') ? cell[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : cell;
}
