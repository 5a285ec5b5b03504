using System.Reflection;
using System.Runtime.CompilerServices;
using static Ncsan.Corpus.Harness.Together;

namespace Ncsan.Corpus.Twins;

/// <summary>Members reached by reflection, delegates, dynamic dispatch, unsafe accessors.</summary>
public static class ReflectionTwins
{
    private interface IHolder
    {
        int Value { get; set; }
    }

    // One class a case: a finding is written once, and knows the places of its accesses only.
    private sealed class Reflected
    {
        private int _value;

        public int Value
        {
            get => _value; // race[TestRaceReflectedProperty]: read Reflected._value
            set => _value = value; // race[TestRaceReflectedProperty]: write Reflected._value
        }
    }

    private sealed class Delegated
    {
        private int _value;

        public int Value
        {
            get => _value;
            set => _value = value; // race[TestRaceDelegateFromMethod]: write Delegated._value
        }
    }

    private sealed class Interfaced : IHolder
    {
        private int _value;

        public int Value
        {
            get => _value; // race[TestRaceInterfaceProperty]: read Interfaced._value
            set => _value = value; // race[TestRaceInterfaceProperty]: write Interfaced._value
        }
    }

    private sealed class Constrained : IHolder
    {
        private int _value;

        public int Value
        {
            get => _value;
            set => _value = value; // race[TestRaceGenericConstraint]: write Constrained._value
        }
    }

    private sealed class Accessed
    {
        private int _value;

        public int Value
        {
            get => _value; // race[TestRaceUnsafeAccessor]: read Accessed._value
            set => _value = value;
        }
    }

    private sealed class Invoked
    {
        private int _value;

        public int Add(int more) => _value += more; // race[TestRaceInvokedMethod]: read|write Invoked._value
    }

    private static readonly PropertyInfo s_property = typeof(Reflected).GetProperty(nameof(Reflected.Value))!;
    private static readonly MethodInfo s_add = typeof(Invoked).GetMethod(nameof(Invoked.Add))!;

    public static void TestRaceReflectedProperty()
    {
        var holder = new Reflected();
        Both(
            () => s_property.SetValue(holder, 5),
            () => Use(s_property.GetValue(holder)));
    }

    public static void TestNoRaceReflectedReads()
    {
        var holder = new Reflected { Value = 5 };
        Each(2, _ => Same(5, (int)s_property.GetValue(holder)!));
    }

    public static void TestRaceInvokedMethod()
    {
        var holder = new Invoked();
        Both(
            () => s_add.Invoke(holder, [1]),
            () => s_add.Invoke(holder, [2]));
    }

    public static void TestNoRaceInvokedMethodApart() => Each(2, index =>
    {
        var holder = new Invoked();
        Same(index, (int)s_add.Invoke(holder, [index])!);
    });

    public static void TestRaceDelegateFromMethod()
    {
        var holder = new Delegated();
        var set = typeof(Delegated).GetProperty(nameof(Delegated.Value))!.SetMethod!.CreateDelegate<Action<int>>(holder);
        Both(
            () => set(1),
            () => set(2));
    }

    public static void TestRaceInterfaceProperty()
    {
        IHolder holder = new Interfaced();
        Both(
            () => holder.Value = 1,
            () => Use(holder.Value));
    }

    private static void SetTo<T>(T holder, int value) where T : IHolder => holder.Value = value;

    public static void TestRaceGenericConstraint()
    {
        var holder = new Constrained();
        Both(
            () => SetTo(holder, 1),
            () => SetTo(holder, 2));
    }

    public static void TestRaceDynamicProperty()
    {
        dynamic holder = new Public();
        Both(
            () => holder.Value = 1,
            () => Use((int)holder.Value));
    }

    public sealed class Public
    {
        private int _value;

        public int Value
        {
            get => _value; // race[TestRaceDynamicProperty]: read Public._value
            set => _value = value; // race[TestRaceDynamicProperty]: write Public._value
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_value")]
    private static extern ref int ValueOf(Accessed holder);

    public static void TestRaceUnsafeAccessor()
    {
        var holder = new Accessed();
        Both(
            () => ValueOf(holder) = 1, // race: write *
            () => Use(holder.Value));
    }

    public static void TestNoRaceActivatorApart() => Each(2, index =>
    {
        var holder = Activator.CreateInstance<Reflected>();
        holder.Value = index;
        Same(index, holder.Value);
    });

    public static void TestNoRaceFieldGetValue()
    {
        var holder = new Plain { Value = 4 };
        FieldInfo field = typeof(Plain).GetField(nameof(Plain.Value))!;
        Each(2, _ => Same(4, (int)field.GetValue(holder)!));
    }

    public static void TestRaceFieldSetValue()
    {
        var holder = new Plain();
        FieldInfo field = typeof(Plain).GetField(nameof(Plain.Value))!;
        Both(
            () => field.SetValue(holder, 3), // race: write FieldInfo.SetValue
            () => holder.Value = 4); // race: write Plain.Value
    }

    public static void TestRaceFieldGetValueOfReference()
    {
        var holder = new Plain();
        FieldInfo field = typeof(Plain).GetField(nameof(Plain.Name))!;
        Both(
            () => Use(field.GetValue(holder)), // race: read FieldInfo.GetValue
            () => holder.Name = "b"); // race: write Plain.Name
    }

    public static void TestNoRaceFieldsSetValueApart()
    {
        var holder = new Plain();
        FieldInfo[] fields = [typeof(Plain).GetField(nameof(Plain.Value))!, typeof(Plain).GetField(nameof(Plain.Other))!];
        Each(2, index => fields[index].SetValue(holder, index));
        Same(1, holder.Other);
    }

    private sealed class Plain
    {
        public int Value, Other;
        public string Name = "a";
    }
}
