using Azure;
using Azure.Data.Tables;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Tables;

public sealed class TableClientTests
{
    [Test]
    public async Task A_table_is_created_once_and_the_second_time_is_no_failure()
    {
        var azurite = await TestAzurite.GetAsync();
        var table = new TableServiceClient(azurite.ConnectionString).GetTableClient(TestAzurite.NewTableName());

        var first = await table.CreateIfNotExistsAsync();
        var second = await table.CreateIfNotExistsAsync();

        Assert.That(first.GetRawResponse().Status, Is.EqualTo(204).Or.EqualTo(201));
        Assert.That((second.GetRawResponse().Status, second.Value.Name), Is.EqualTo((409, table.Name)));
    }

    [Test]
    public async Task An_entity_that_is_not_there_is_no_failure_to_read_or_delete()
    {
        var table = await TestTable.CreateAsync();

        var read = await table.GetEntityIfExistsAsync<TableEntity>("p", "none");
        var deleted = await table.DeleteEntityAsync("p", "none");

        Assert.That((read.HasValue, read.GetRawResponse().Status, deleted.Status), Is.EqualTo((false, 404, 404)));
        Assert.That(() => read.Value, Throws.InvalidOperationException);
    }

    [Test]
    public async Task Adding_an_entity_twice_is_a_conflict_with_its_code()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r"));

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => table.AddEntityAsync(new TableEntity("p", "r")));

        Assert.That((failure!.Status, failure.ErrorCode), Is.EqualTo((409, "EntityAlreadyExists")));
    }

    [Test]
    public async Task An_update_with_an_old_etag_is_refused_and_changes_nothing()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r") { ["count"] = 1 });
        var seen = (await table.GetEntityIfExistsAsync<TableEntity>("p", "r")).Value!;
        await table.UpdateEntityAsync(new TableEntity("p", "r") { ["count"] = 2 }, seen.ETag);

        var failure = await Assert.ThrowsAsync<RequestFailedException>(
            () => table.UpdateEntityAsync(new TableEntity("p", "r") { ["count"] = 3 }, seen.ETag));

        Assert.That((failure!.Status, failure.ErrorCode), Is.EqualTo((412, "UpdateConditionNotSatisfied")));
        Assert.That(
            (await table.GetEntityIfExistsAsync<TableEntity>("p", "r")).Value!.GetInt32("count"),
            Is.EqualTo(2));
    }

    [Test]
    public async Task A_delete_with_an_old_etag_is_refused()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r") { ["count"] = 1 });
        var seen = (await table.GetEntityIfExistsAsync<TableEntity>("p", "r")).Value!;
        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["count"] = 2 });

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => table.DeleteEntityAsync("p", "r", seen.ETag));

        Assert.That(failure!.Status, Is.EqualTo(412));
    }

    [TestCase(TableUpdateMode.Merge, 1)]
    [TestCase(TableUpdateMode.Replace, null)]
    public async Task Merge_keeps_what_is_not_given_and_replace_drops_it(TableUpdateMode mode, int? kept)
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r") { ["old"] = 1 });

        await table.UpsertEntityAsync(new TableEntity("p", "r") { ["new"] = 2 }, mode);
        await table.UpdateEntityAsync(new TableEntity("p", "r") { ["new"] = 3 }, ETag.All, mode);

        var read = (await table.GetEntityIfExistsAsync<TableEntity>("p", "r")).Value!;
        Assert.That((read.GetInt32("old"), read.GetInt32("new")), Is.EqualTo((kept, (int?)3)));
    }

    [TestCase("it's", "a b")]
    [TestCase("ünï🛒", "100%25+&=")]
    [TestCase("", "''")]
    public async Task Keys_may_hold_what_a_url_may_not(string partitionKey, string rowKey)
    {
        var table = await TestTable.CreateAsync();

        await table.UpsertEntityAsync(new TableEntity(partitionKey, rowKey) { ["n"] = 7 });
        var read = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey);

        Assert.That(
            (read.Value!.PartitionKey, read.Value.RowKey, read.Value.GetInt32("n")),
            Is.EqualTo((partitionKey, rowKey, (int?)7)));
    }

    [Test]
    public async Task A_query_filters_selects_and_pages()
    {
        var table = await TestTable.CreateAsync();
        for (var i = 0; i < 7; i++)
        {
            await table.AddEntityAsync(new TableEntity(i < 5 ? "wanted" : "other", $"r{i}") { ["n"] = i, ["big"] = "x" });
        }

        var pages = new List<Page<TableEntity>>();
        await foreach (var page in table.QueryAsync<TableEntity>("PartitionKey eq 'wanted'", maxPerPage: 2, select: ["RowKey", "n"]).AsPages())
        {
            pages.Add(page);
        }

        Assert.That(pages.Select(page => page.Values.Count), Is.EqualTo(new[] { 2, 2, 1 }));
        Assert.That(
            pages.SelectMany(page => page.Values).Select(entity => entity.GetInt32("n")),
            Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
        Assert.That(pages[0].Values[0].ContainsKey("big"), Is.False);
    }

    [Test]
    public async Task A_query_goes_on_from_a_continuation_token()
    {
        var table = await TestTable.CreateAsync();
        for (var i = 0; i < 3; i++)
        {
            await table.AddEntityAsync(new TableEntity("p", $"r{i}"));
        }

        string? token = null;
        await foreach (var page in table.QueryAsync<TableEntity>(maxPerPage: 2).AsPages())
        {
            token = page.ContinuationToken;
            break;
        }

        var rest = new List<string>();
        await foreach (var page in table.QueryAsync<TableEntity>(maxPerPage: 2).AsPages(token))
        {
            rest.AddRange(page.Values.Select(entity => entity.RowKey));
        }

        Assert.That(rest, Is.EqualTo(new[] { "r2" }));
    }

    [Test]
    public async Task Of_many_writers_with_the_same_etag_one_wins()
    {
        var table = await TestTable.CreateAsync();
        await table.AddEntityAsync(new TableEntity("p", "r"));
        var seen = (await table.GetEntityIfExistsAsync<TableEntity>("p", "r")).Value!;

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                await table.UpdateEntityAsync(new TableEntity("p", "r") { ["winner"] = i }, seen.ETag);
                return 204;
            }
            catch (RequestFailedException refused)
            {
                return refused.Status;
            }
        }));

        Assert.That(outcomes.Count(status => status == 204), Is.EqualTo(1));
        Assert.That(outcomes.Count(status => status == 412), Is.EqualTo(7));
    }
}
