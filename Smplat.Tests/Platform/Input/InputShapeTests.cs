using Smplat.Core.Platform.Input;

namespace Smplat.Tests.Platform.Input;

/// <summary>The recording of a reader matches what it reads.</summary>
public sealed class InputShapeTests
{
    [Test]
    public void A_member_is_recorded_with_its_type_limits_and_other_names()
    {
        var shape = InputShape.Record("Sample", fields => fields.Integer("count", 1, 9, also: "number"), []);

        var member = shape.Members.Single();
        Assert.That((member.Name, member.Shape.Kind, member.Shape.Min, member.Shape.Max), Is.EqualTo(("count", InputKind.Integer, 1m, 9m)));
        Assert.That((member.IsRequired, member.IsNullable), Is.EqualTo((false, true)));
        Assert.That(member.Also, Is.EqualTo(new[] { "number" }));
    }

    [Test]
    public void Objects_and_list_entries_are_recorded_even_when_nothing_was_sent()
    {
        var shape = InputShape.Record(
            "Sample",
            fields =>
            {
                fields.Nested("owner")?.RequiredText("name", max: 5);
                foreach (var item in fields.List("items", 3, minCount: 1))
                {
                    item.RequiredGuid("id");
                }
            },
            []);

        Assert.That(shape.Members.Select(member => (member.Name, member.IsRequired)), Is.EqualTo(new[] { ("owner", false), ("items", true) }));
        Assert.That(shape.Members[0].Shape, Has.Property("Name").EqualTo("SampleOwner"));
        Assert.That(shape.Members[0].Shape.Members.Single().Shape.MaxLength, Is.EqualTo(5));
        Assert.That(shape.Members[1].Shape.Entry!.Members.Single().Shape.Kind, Is.EqualTo(InputKind.Guid));
    }

    [Test]
    public void A_requirement_that_depends_on_another_member_becomes_a_condition()
    {
        var shape = InputShape.Record(
            "Sample",
            fields =>
            {
                if (fields.Flag("cancelled") == true)
                {
                    fields.RequiredText("why");
                }
                else
                {
                    fields.RequiredFlag("done");
                }
            },
            ["""{"cancelled":true}"""]);

        var condition = shape.Conditions.Single();
        Assert.That(shape.Members.Where(member => member.IsRequired), Is.Empty);
        Assert.That(condition.Members.Single().Value.GetBoolean(), Is.True);
        Assert.That((condition.Then.Single(), condition.Otherwise.Single()), Is.EqualTo(("why", "done")));
        Assert.That(shape.Members.Single(member => member.Name == "why").IsConditional, Is.True);
    }

    [Test]
    public void Describing_a_member_does_not_change_how_it_is_read()
    {
        var fields = Fields.From(System.Text.Json.JsonDocument.Parse("{}").RootElement, "body");

        fields.Describe("mail", format: "email", isNeeded: true);
        fields.Called("Sample");
        fields.Declare(new InputMember("list", InputShape.ListOf(InputShape.Text(), 1, 2)) { IsRequired = true });

        Assert.That(fields.Errors, Is.Empty);
    }
}
