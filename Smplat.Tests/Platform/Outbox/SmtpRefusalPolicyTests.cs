using System.Text.RegularExpressions;
using Smplat.Core.Platform.Outbox;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Outbox;

/// <summary>Which answers of a mail server block an address, wait, or are the sender's.</summary>
public sealed class SmtpRefusalPolicyTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "notifications.md"));

    /// <summary>The examples of the table in the docs.</summary>
    private static IEnumerable<TestCaseData> Documented =>
        from line in Lines
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length > 3 && cells[1].StartsWith("RCPT ", StringComparison.Ordinal)
        from Match example in Regex.Matches(cells[2], "`(\\d{3}) ([^`]+)`")
        select new TestCaseData(int.Parse(example.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), example.Groups[2].Value, cells[1][5..]);

    [TestCaseSource(nameof(Documented))]
    public void The_table_in_the_docs_is_what_happens(int code, string text, string verdict) =>
        Assert.That(SmtpRefusalPolicy.Judge(new(code, text), isAboutRecipient: true).ToString(), Is.EqualTo(verdict));

    [Test]
    public void The_docs_name_examples_of_every_verdict() =>
        Assert.That(
            Documented.Select(example => example.Arguments[2]).Distinct(),
            Is.EquivalentTo(Enum.GetNames<SmtpVerdict>()));

    [Test]
    public void Only_an_answer_to_RCPT_blocks([Values(450, 500, 550, 551, 553, 554)] int code, [Range(0, 8)] int subject, [Range(0, 12)] int detail) =>
        Assert.That(SmtpRefusalPolicy.Judge(new(code, $"{code / 100}.{subject}.{detail} no such user"), false), Is.Not.EqualTo(SmtpVerdict.Block));

    [Test]
    public void Only_subject_1_blocks([Range(0, 8)] int subject, [Range(0, 30)] int detail)
    {
        var blocks = SmtpRefusalPolicy.Judge(new(550, $"5.{subject}.{detail} no such user"), true) == SmtpVerdict.Block;

        Assert.That(blocks, Is.EqualTo(subject == 1 && detail is 0 or 1 or 2 or 3 or 6 or 10));
    }
}
