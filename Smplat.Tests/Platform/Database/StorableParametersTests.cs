using Dapper;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Database;

/// <summary>No text from outside makes a statement fail.</summary>
public sealed class StorableParametersTests
{
    // Attributes cannot hold half of a surrogate pair.
    private static readonly TestCaseData[] Texts =
    [
        new("a\0b", "ab"), new("half \uD83D", "half \uFFFD"), new("\uDE00 half", "\uFFFD half"), new("whole 😀", "whole 😀"),
    ];

    [TestCaseSource(nameof(Texts))]
    public async Task Text_is_cleaned_at_the_door_of_the_database(string text, string stored)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();

        var one = await connection.QuerySingleAsync<string>(Sql.Command("select @text::text", new { text }, CancellationToken.None));
        var many = await connection.QuerySingleAsync<string[]>(
            Sql.Command("select @texts::text[]", new { texts = new[] { "x", text } }, CancellationToken.None));
        await connection.ExecuteAsync(Sql.Command(
            "insert into metric_fact (name, value, updated_at) values (@name, to_jsonb(@text::text), now())",
            new[] { new { name = "a", text = "fine" }, new { name = "b", text } },
            CancellationToken.None));

        Assert.That((one, many[1]), Is.EqualTo((stored, stored)));
    }
}
